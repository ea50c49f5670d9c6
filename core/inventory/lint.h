// What is allowed in an inventory and still looks like a mistake. Const, one thread.
#pragma once

#include "inventory/inventory.h"

namespace collector {

[[nodiscard]] QList<Diagnostic> lintInventory(const Inventory &inventory);

} // namespace collector
