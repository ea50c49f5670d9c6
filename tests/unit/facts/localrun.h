// The script run here by a shell of choice, as sshd would: on standard input, in a session of its own.

#pragma once

#include "findings.h"
#include "sections.h"

#include <QProcess>

#include <array>
#include <chrono>
#include <memory>

namespace collector::facts {

// Those that a host's sh may be.
inline constexpr std::array everyShell{"dash", "bash", "busybox", "ksh93", "mksh", "zsh", "yash"};

struct LocalRun
{
    QByteArray shell = "/bin/sh";
    QList<QByteArray> arguments{"-s"};
    QByteArray path; // PATH of the shell; empty: ours
    QList<QByteArray> words;
    QList<QByteArray> user; // a program to run it through, such as setpriv
    int commandSeconds = 5;
    std::chrono::milliseconds patience{60'000};           // then the shell is killed, and nobody else
    QList<std::pair<QByteArray, QByteArray>> substitutes; // words of the script and what is sent instead: a file of ours for one of /proc
    QByteArray raising = "B='' W=''";                     // what the transport puts into the first line

    QByteArray output;
    QByteArray nonce = "00112233445566778899aabbccddeeff";
    int exitStatus = -1;
    qint64 elapsedMs = 0;
    qint64 session = 0; // what the shell leads, or led

    void choose(const QByteArray &name); // one of everyShell, with the arguments that make a POSIX shell of it
    void run();
    [[nodiscard]] Findings parse() const;
    [[nodiscard]] QJsonObject absent() const; // path → reason, as in the record
};

// The manifest as the build made it.
[[nodiscard]] std::shared_ptr<const Manifest> builtManifest();

} // namespace collector::facts
