// One thing that is wrong, or looks wrong, in what the user gave: where it stands, the line itself, what to do.
// A value; any thread. The line is never one that looks like a key or a secret.
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

namespace collector {

struct Diagnostic
{
    enum Severity { Warning, Error };

    Severity severity = Error;
    QByteArray file;
    int line = 0;   // from 1; 0: the file as a whole
    int column = 0; // from 1, in characters; 0: the line as a whole
    QByteArray text;
    QByteArray message;
    QByteArray remedy;

    /// The line fit to be shown, cut at 200 bytes, control characters replaced; empty where it may hold a secret.
    [[nodiscard]] static QByteArray presentable(QByteArrayView line);
    /// "hosts.ini:3:7: error: …", the line with a caret below it, "  → remedy"; several lines, each ended.
    [[nodiscard]] QByteArray toText() const;
};

/// Whether a variable of this name holds what nobody else may read.
[[nodiscard]] bool isSecretName(QByteArrayView name);

} // namespace collector
