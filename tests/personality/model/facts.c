// SPDX-License-Identifier: BSD-2-Clause
/* The facts of the version that IPSOCK_MODEL_VERSION names ("13.0", "14.3", "9.4" …), with those
 * that IPSOCK_MODEL_FLIP lists turned round (a flag) or replaced (an error, a number by another).
 */
#include "model.h"

static int facts[FACT_COUNT];
static int version;
static bool prepared;

static const char *const names[FACT_COUNT] = {
#define F(name, value, words) #name,
#include MODEL_FACTS
#undef F
};

static const struct {
    const char *name;
    int number;
} versions[] = {MODEL_VERSIONS};

bool model_listed(const char *list, const char *word)
{
    const size_t length = strlen(word);
    while (list != NULL && *list != 0) {
        const char *const end = strchr(list, ',');
        const size_t size = end == NULL ? strlen(list) : (size_t)(end - list);
        if (size == length && memcmp(list, word, size) == 0)
            return true;
        list = end == NULL ? NULL : end + 1;
    }
    return false;
}

static void fill(int v)
{
    int at = 0;
    (void)v; /* a system's facts need not depend on it */
#define F(name, value, words) facts[at++] = (value);
#include MODEL_FACTS
#undef F
}

/* Sizes and counts become ones that are noticed: a byte more is not. */
static int turned(int value)
{
    if (value >= 4096)
        return value % 4096 + 1;
    return value < 0 || value > 1 ? value + 1 : !value;
}

static void prepare(void)
{
    const char *const wanted = host_environment("IPSOCK_MODEL_VERSION");
    const char *const flip = host_environment("IPSOCK_MODEL_FLIP");
    version = versions[0].number;
    for (size_t i = 0; wanted != NULL && i < sizeof versions / sizeof versions[0]; i++)
        if (strcmp(wanted, versions[i].name) == 0)
            version = versions[i].number;
    fill(version);
    for (int i = 0; i < FACT_COUNT; i++)
        if (model_listed(flip, names[i]))
            facts[i] = turned(facts[i]);
    __atomic_store_n(&prepared, true, __ATOMIC_RELEASE);
}

/* Two threads at once write the same. */
static void ready(void)
{
    if (!__atomic_load_n(&prepared, __ATOMIC_ACQUIRE))
        prepare();
}

int model_fact(enum model_fact fact)
{
    ready();
    return facts[fact];
}

int model_version(void)
{
    ready();
    return version;
}
