// What most files of the house include, for compilers that read it once (COLLECTOR_PRECOMPILE in the topmost CMakeLists.txt). No file may
// lean on it: each includes what it uses, and builds with ccache do without this one.

#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QObject>
#include <QString>
#include <QStringList>

// g++ instantiates anew in each file what a header's inline functions use, whether the file includes that header or not.
#ifdef __clang__
#include <QDateTime>
#include <QDebug>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMap>
#include <QSet>
#include <QThread>
#include <QVariant>
#endif

#include <algorithm>
#include <array>
#include <chrono>
#include <coroutine>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
