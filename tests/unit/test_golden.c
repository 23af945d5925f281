// SPDX-License-Identifier: BSD-2-Clause
/* The compiled tables are those of tests/golden/<system>.csv: a change of a row is a visible change
 * of that file. This one needs no other compiler; tests/golden/update writes the file. */
#include "golden.h"

static void golden_option_rows(void **state)
{
    (void)state;
    struct golden *g = golden_load(ipsk_native.name);
    unit_int("rows", (int64_t)ipsk_native.option_count, (int64_t)g->system.option_count);
    for (size_t i = 0; i < ipsk_native.option_count; i++) {
        const struct ipsk_option_row *got = &ipsk_native.options[i], *want = &g->options[i];
        unit_string("constant", got->text, want->text);
        unit_int(got->text, got->option, want->option);
        unit_int(got->text, got->kinds, want->kinds);
        unit_int(got->text, got->column, want->column);
        unit_int(got->text, got->level, want->level);
        unit_int(got->text, got->name, want->name);
        unit_int(got->text, got->set, want->set);
        unit_int(got->text, got->get, want->get);
        unit_int(got->text, got->on, want->on);
        unit_int(got->text, got->reset, want->reset);
        unit_int(got->text, got->since, want->since);
    }
    golden_free(g);
}

static void golden_received_rows(void **state)
{
    (void)state;
    struct golden *g = golden_load(ipsk_native.name);
    unit_int("rows", (int64_t)ipsk_native.received_count, (int64_t)g->system.received_count);
    for (size_t i = 0; i < ipsk_native.received_count; i++) {
        const struct ipsk_received_row *got = &ipsk_native.received[i], *want = &g->received[i];
        unit_string("constant", got->text, want->text);
        unit_int(got->text, got->level, want->level);
        unit_int(got->text, got->type, want->type);
        unit_int(got->text, got->minimum, want->minimum);
        unit_int(got->text, got->usual, want->usual);
        unit_int(got->text, got->field, want->field);
        unit_int(got->text, got->a, want->a);
        unit_int(got->text, got->b, want->b);
    }
    golden_free(g);
}

static void golden_sent_rows(void **state)
{
    (void)state;
    struct golden *g = golden_load(ipsk_native.name);
    unit_int("rows", (int64_t)ipsk_native.sent_count, (int64_t)g->system.sent_count);
    for (size_t i = 0; i < ipsk_native.sent_count; i++) {
        const struct ipsk_sent_row *got = &ipsk_native.sent[i], *want = &g->sent[i];
        unit_string("constant", got->text, want->text);
        unit_int(got->text, got->fields, want->fields);
        unit_int(got->text, got->kinds, want->kinds);
        unit_int(got->text, got->column, want->column);
        unit_int(got->text, got->level, want->level);
        unit_int(got->text, got->type, want->type);
        unit_int(got->text, got->length, want->length);
        unit_int(got->text, got->encoding, want->encoding);
        unit_int(got->text, got->a, want->a);
        unit_int(got->text, got->b, want->b);
        unit_int(got->text, got->since, want->since);
    }
    golden_free(g);
}

static void golden_absent_rows(void **state)
{
    (void)state;
    struct golden *g = golden_load(ipsk_native.name);
    unit_int("rows", (int64_t)ipsk_native.absent_count, (int64_t)g->system.absent_count);
    for (size_t i = 0; i < ipsk_native.absent_count; i++) {
        const struct ipsk_absent_row *got = &ipsk_native.absent[i], *want = &g->absent[i];
        char quoted[512];
        snprintf(quoted, sizeof quoted, "\"%s\"", got->reason);
        unit_string("reason", quoted, want->reason);
        unit_int(got->reason, got->feature, want->feature);
        unit_int(got->reason, got->kinds, want->kinds);
        unit_int(got->reason, got->column, want->column);
    }
    golden_free(g);
}

static void golden_limit_rows(void **state)
{
    (void)state;
    struct golden *g = golden_load(ipsk_native.name);
    size_t count = 0;
    for (; ipsk_native.limits[count].text != NULL; count++) {
        const struct ipsk_limit_row *got = &ipsk_native.limits[count], *want = &g->limits[count];
        unit_string("text", got->text, want->text != NULL ? want->text : "none");
        unit_int(got->text, got->limit, want->limit);
        unit_int(got->text, got->column, want->column);
    }
    unit_int("rows", (int64_t)count, (int64_t)g->limit_count);
    golden_free(g);
}

/* Sizes and offsets are those of 64-bit systems. */
static void golden_facts_of_64_bit_systems(void **state)
{
    (void)state;
    if (sizeof(void *) != 8)
        skip();
    struct golden *g = golden_load(ipsk_native.name);
    for (size_t i = 0; i < IPSK_FACT_COUNT; i++)
        unit_int(golden_facts[i], ipsk_native.facts[i], g->facts[i]);
    golden_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_option_rows), cmocka_unit_test(golden_received_rows),
        cmocka_unit_test(golden_sent_rows),   cmocka_unit_test(golden_absent_rows),
        cmocka_unit_test(golden_limit_rows),  cmocka_unit_test(golden_facts_of_64_bit_systems),
    };
    return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
