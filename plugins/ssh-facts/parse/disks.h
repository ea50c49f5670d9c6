// How many disks a machine has, and how much they hold: what is not made of another of its devices, each once however many ways lead
// to it. Any thread.

#pragma once

#include "text.h"

namespace collector::facts {

struct Disks
{
    qint64 count = 0;
    qint64 bytes = 0;
};

// Of the script's `block`. Network devices that the kernel makes (rbd, nbd) count where there is no other disk: a machine that has
// nothing else has them in a disk's place, on any other they are volumes of somebody.
[[nodiscard]] Disks disksOf(const QList<Thing> &things);

} // namespace collector::facts
