// Secrets on a command line, which every user of a host may read, made unreadable. A pure function of bytes, in time that grows with
// their number. Any thread.

#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace collector::facts {

// `***` in place of what looks like a secret: what follows --password, token=, Authorization: or -p of mysql and sshpass, a URL's
// password, that of `-u name:secret`. Rather too much than too little.
[[nodiscard]] QByteArray masked(QByteArrayView commandLine);

} // namespace collector::facts
