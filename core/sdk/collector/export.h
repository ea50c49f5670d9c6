// What the SDK's shared library exports. Everything else in it stays hidden.

#pragma once

#include <QtCore/qglobal.h>

#if defined(COLLECTOR_SDK_BUILD)
#define COLLECTOR_SDK Q_DECL_EXPORT
#else
#define COLLECTOR_SDK Q_DECL_IMPORT
#endif
