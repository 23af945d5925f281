// SPDX-License-Identifier: BSD-2-Clause
/* Interfaces: the host's, as Windows tells of them. */
#include "model.h"

ULONG WINAPI windows_GetAdaptersAddresses(ULONG family, ULONG flags, PVOID reserved,
                                          PIP_ADAPTER_ADDRESSES list, PULONG size)
{
    return model_real()->GetAdaptersAddresses(family, flags, reserved, list, size);
}
