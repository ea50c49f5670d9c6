// `collector inventory`: shows what the sources of -i mean, and finds what is wrong in them. Contacts nothing.
#pragma once

#include <QStringList>

namespace collector {

/// `arguments`: what stands behind the word `inventory`. Returns the exit status: 0, 1 output error, 2 usage or inventory, 3 findings.
int runInventoryVerb(const QStringList &arguments);

} // namespace collector
