// Dialogues: scripts for the bare socket, where a host fails before a session is encrypted. Packets follow RFC 4253, section 6.

#pragma once

#include "script.h"

namespace collector::fleet::dialogues {

Script closeAtOnce();
Script resetAtOnce();
Script notAllowed();
Script maxStartups();
Script silent();
Script endlessBanner();
Script bannerFlood();
Script bannerTrickle();
Script overlongBanner();
Script oldProtocol();
Script http();
Script smtp();
Script stallBeforeKexinit();
Script stallAfterKexinit();
Script garbageKexinit();
Script oversizedPacket();
Script packetTrickle();
Script noCommonAlgorithm();
Script closeInKex();
Script resetInKex();
Script disconnectInKex();

} // namespace collector::fleet::dialogues
