// Frames: what the script on the host printed, taken apart at the lines that bear this run's nonce. A pure function of bytes:
// whatever a host sends (no frames at all, half of one, a wrong nonce, NUL bytes), the result is the part that is well formed.
// Any thread. Views point into the bytes that parseFrames() was given, which must live as long.

#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

#include <optional>

namespace collector::facts {

// What one file held or one command printed.
struct Block
{
    enum class Kind { File, Output, Missing };

    Kind kind = Kind::Output;
    QByteArrayView label;  // a path, or the name that the script gave
    QByteArrayView bytes;  // without the newline before the next frame
    QByteArrayView reason; // Missing: denied, tool_missing
    std::optional<int> status;

    // SIGKILL, as the script says it and as sh, ksh93 and yash do; SIGTERM where its clock could not be heard.
    [[nodiscard]] bool isTimedOut() const;
};

class Section
{
public:
    QByteArrayView name;
    QList<Block> blocks;
    bool isEnded = false;

    [[nodiscard]] const Block *find(QByteArrayView label) const; // the first one that is not Missing; null: none
    [[nodiscard]] QByteArrayView bytes(QByteArrayView label) const;
    [[nodiscard]] QByteArrayView firstLine(QByteArrayView label) const; // trimmed
    [[nodiscard]] bool has(QByteArrayView label) const { return find(label) != nullptr; }
    // Whether the block `exists` (or another one) names this path or word on a line of its own.
    [[nodiscard]] bool exists(QByteArrayView path, QByteArrayView label = "exists") const;
    [[nodiscard]] bool isTimedOut() const; // any of it
    // `denied` or `tool_missing` where the script said so of this label; else empty.
    [[nodiscard]] QByteArrayView missing(QByteArrayView label) const;
};

struct Frames
{
    QList<Section> sections;
    bool isComplete = false; // the script came to its end
    QByteArrayView version;  // hash of the host's own copy of the script, where it runs one

    [[nodiscard]] const Section *find(QByteArrayView name) const;
    [[nodiscard]] bool isRefused() const; // a read was to be raised, and was not
};

inline constexpr qsizetype mostBlocks = 20'000; // in one answer; what is over is dropped

[[nodiscard]] Frames parseFrames(QByteArrayView output, QByteArrayView nonce);

} // namespace collector::facts
