// SPDX-License-Identifier: BSD-2-Clause
#include <ipsock/capability.h>

const char *ipsock_feature_text(int feature)
{
#define TEXT(name, text) [IPSOCK_FEATURE_##name] = text,
    static const char *const texts[] = {IPSOCK_FEATURES(TEXT)};
#undef TEXT
    return feature >= 0 && feature < IPSOCK_FEATURE_COUNT ? texts[feature] : NULL;
}

const char *ipsock_feature_name(int feature)
{
#define NAME(name, text) [IPSOCK_FEATURE_##name] = #name,
    static const char *const names[] = {IPSOCK_FEATURES(NAME)};
#undef NAME
    return feature >= 0 && feature < IPSOCK_FEATURE_COUNT ? names[feature] : NULL;
}
