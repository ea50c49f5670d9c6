// Plays: scripts for an open channel, where a host fails while it runs a command.

#pragma once

#include "options.h"
#include "script.h"

namespace collector::fleet::plays {

Script answer(const Options &options); // what a healthy host does
Script outputStalls(const Options &options);
Script outputTrickles(const Options &options);
Script outputWithoutEnd(const Options &options);
Script errorsWithoutEnd(const Options &options);
Script statusFirst(const Options &options);
Script resetsAfterStatus(const Options &options);
Script silence(const Options &options);
Script eofOnly(const Options &options);
Script statusWithoutClose(const Options &options);
Script closeWithoutStatus(const Options &options);
Script statusOfAllOnes(const Options &options);
Script endsBySignal(const Options &options);
Script endsWithThree(const Options &options);
Script endsSlowly(const Options &options);
Script resetsMidway(const Options &options);
Script closesMidway(const Options &options);
Script ignoreFlood(const Options &options);
Script noisyLogin(const Options &options);
Script noLogin(const Options &options);
Script menu(const Options &options);
Script notUtf8(const Options &options);
Script rekeys(const Options &options);
Script manyMegabytes(const Options &options);
Script byteByByte(const Options &options);

} // namespace collector::fleet::plays
