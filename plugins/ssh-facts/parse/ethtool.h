// What ethtool says of an interface, where it is there: Ansible's `features`, `timestamping`, `hw_timestamp_filters`, `phc_index`.

#pragma once

#include "../frames.h"

#include <QJsonObject>

namespace collector::facts {

[[nodiscard]] QJsonObject parseEthtoolFeatures(QByteArrayView output); // ethtool -k
void putTimestamping(QJsonObject &interface, QByteArrayView output);   // ethtool -T
void putEthtool(QJsonObject &interface, const QByteArray &name, const Section &in);

} // namespace collector::facts
