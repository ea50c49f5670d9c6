#include "output/endtext.h"

#include "output/outputspec.h"
#include "output/remedies.h"

#include <collector/joberror.h>

#include <algorithm>
#include <array>

namespace collector {

namespace {

using Cluster = FailureClusters::Cluster;
using Failure = FailureClusters::Failure;

QString word(QByteArrayView text)
{
    return QString::fromUtf8(text);
}

QString painted(const QString &text, const char *code, const EndTextStyle &style)
{
    return style.usesColor ? QStringLiteral("\x1b[%1m%2\x1b[0m").arg(QLatin1String(code), text) : text;
}

QString clusterText(const Cluster &cluster, quint64 failures)
{
    static constexpr const char *places[] = {"behind ", "of ", "of group "};
    const QString place = QLatin1String(places[size_t(cluster.kind)]) + printable(cluster.name, 40);
    if (cluster.failed < cluster.hosts)
        return QStringLiteral("%1 of the %2 %3").arg(cluster.failed).arg(cluster.hosts).arg(place);
    return cluster.failed == failures ? QStringLiteral("all %1").arg(place) : QStringLiteral("%1, all %2").arg(cluster.failed).arg(place);
}

QString whereText(const Failure &failure)
{
    QStringList parts;
    quint64 said = 0;
    for (const Cluster &cluster : failure.clusters) {
        parts.append(clusterText(cluster, failure.hosts));
        said += cluster.failed;
    }
    if (said < failure.hosts) {
        QStringList names;
        for (const QByteArray &host : failure.examples)
            names.append(printable(host, 40));
        const bool isAll = quint64(names.size()) == failure.hosts;
        if (!names.isEmpty())
            parts.append((isAll ? QString() : QStringLiteral("e.g. ")) + names.join(QStringLiteral(", ")));
    }
    return parts.join(QStringLiteral("; "));
}

QString cutTo(const QString &line, int width)
{
    return line.size() <= width ? line : line.left(qMax(0, width - 1)) + QChar(0x2026);
}

// The words of a text; what stands between backticks is one.
QStringList wordsOf(const QString &text)
{
    QStringList words;
    bool isQuoted = false;
    for (const QString &next : text.split(u' ')) {
        if (isQuoted)
            words.last() += u' ' + next;
        else
            words.append(next);
        isQuoted = isQuoted != (next.count(u'`') % 2 == 1);
    }
    return words;
}

// To lines of at most `width` characters that begin with `indent` spaces; but a command, which has a line of its own, stays whole, however
// long: it is to be pasted.
QStringList wrapped(const QString &text, int indent, int width)
{
    const QString margin(indent, u' ');
    QStringList lines;
    for (const QString &next : wordsOf(text.section(u'\n', 0, 0))) {
        if (lines.isEmpty() || lines.last().size() + 1 + next.size() > width)
            lines.append(margin + next);
        else
            lines.last() += u' ' + next;
    }
    if (text.contains(u'\n'))
        lines.append(margin + text.section(u'\n', 1));
    return lines;
}

// Of a screen: a terminal breaks what is longer.
qsizetype rowsOf(const QStringList &lines, int width)
{
    qsizetype rows = 0;
    for (const QString &line : lines)
        rows += qMax<qsizetype>(1, (line.size() + width - 1) / qMax(1, width));
    return rows;
}

QString countsLine(const RunOutcome &outcome, qint64 elapsedMs, const EndTextStyle &style)
{
    static constexpr const char *colors[statusCount] = {"32", "31", "33", "31", "33", "2"};
    QStringList parts;
    for (int i = 0; i < statusCount; ++i) {
        const quint64 count = outcome.counts.of(Status(i));
        if (count > 0)
            parts.append(painted(QStringLiteral("%1 %2").arg(count).arg(word(statusName(Status(i)))), colors[i], style));
    }
    const quint64 hosts = outcome.counts.hosts();
    return QStringLiteral("%1 %2 in %3: %4")
        .arg(hosts)
        .arg(hosts == 1 ? QStringLiteral("host") : QStringLiteral("hosts"), durationText(elapsedMs),
             parts.isEmpty() ? QStringLiteral("none") : parts.join(QStringLiteral(", ")));
}

// Nobody waited for a window that all hosts fit in, unless this machine refused something to a worker beside others with room.
QString slowdownText(const Slowdowns &slow, quint64 hosts)
{
    if (!slow.isAny() || (slow.leastInFlight >= hosts && slow.of(Strain::LocalLimit) == 0))
        return {};
    static constexpr std::array<const char *, strainCount> reasons{"no descriptor, port or buffer was left here", "packets were lost",
                                                                   "this machine did not keep up"};
    QStringList parts;
    for (int i = 0; i < strainCount; ++i) {
        if (const quint64 times = slow.of(Strain(i)))
            parts.append(
                QStringLiteral("%1 (%2 %3)").arg(QLatin1String(reasons[size_t(i)])).arg(times).arg(times == 1 ? u"time" : u"times"));
    }
    const QString to =
        slow.leastInFlight < hosts ? QStringLiteral("slowed to %1 hosts at a time: ").arg(slow.leastInFlight) : QStringLiteral("slowed: ");
    return to + parts.join(QStringLiteral(", "));
}

QString journalText(const RunOutcome &outcome)
{
    QString text =
        outcome.triedEveryHost
            ? QStringLiteral("every host was tried; the same command with --resume --retry-failed goes on from %1, with --resume "
                             "--accept-partial it takes what there is")
        : outcome.error.isEmpty() ? QStringLiteral("the same command with --resume goes on from %1")
                                  : QStringLiteral("once that is mended, the same command with --resume goes on from %1");
    text = text.arg(outcome.journal);
    if (!outcome.datedOutputs.isEmpty())
        text += QStringLiteral("; on another date, give it ") + outcome.datedOutputs;
    return text;
}

QStringList closing(const RunOutcome &outcome)
{
    QStringList lines = outcome.notes;
    if (const QString slowed = slowdownText(outcome.slowdowns, outcome.counts.hosts()); !slowed.isEmpty())
        lines.append(slowed);
    if (const quint64 keys = outcome.hostKeysAdded)
        lines.append(QStringLiteral("%1 %2 new to known_hosts, accepted without a comparison (accept-new)")
                         .arg(keys)
                         .arg(keys == 1 ? QStringLiteral("host key is") : QStringLiteral("host keys are")));
    if (!outcome.error.isEmpty()) {
        for (const QString &error : QStringList{outcome.error} + outcome.furtherErrors)
            lines.append(QStringLiteral("error: ") + error);
    }
    if (!outcome.unwritten.isEmpty())
        lines.append(QStringLiteral("not written: ") + outcome.unwritten.join(QStringLiteral(", ")));
    if (!outcome.files.isEmpty())
        lines.append((outcome.isPartial ? QStringLiteral("incomplete: ") : QStringLiteral("written: ")) +
                     outcome.files.join(QStringLiteral(", ")));
    if (outcome.isPartial && outcome.keepsFormer)
        lines.append(QStringLiteral("the former files stay as they were (--accept-partial would have replaced them)"));
    if (!outcome.journal.isEmpty())
        lines.append(journalText(outcome));
    return lines;
}

// JSON lines and CSV have no summary, and standard output is no file.
QString whereAllStand(const QStringList &files)
{
    const bool hasSummary = std::any_of(files.begin(), files.end(), [](const QString &file) {
        return endingOf(wholeName(file).toUtf8()).format == OutputSpec::Format::Json;
    });
    return hasSummary ? QStringLiteral("`summary` in the result has them all") : QStringLiteral("each record has its `cause`");
}

} // namespace

QString durationText(qint64 ms)
{
    if (ms < 60'000)
        return QStringLiteral("%1 s").arg(double(ms) / 1000, 0, 'f', 1);
    const qint64 seconds = ms / 1000;
    const auto two = [](qint64 value) { return QStringLiteral("%1").arg(value, 2, 10, QLatin1Char('0')); };
    if (seconds < 3600)
        return QStringLiteral("%1m %2s").arg(seconds / 60).arg(two(seconds % 60));
    return QStringLiteral("%1h %2m").arg(seconds / 3600).arg(two(seconds / 60 % 60));
}

QString endText(const RunOutcome &outcome, qint64 elapsedMs, const EndTextStyle &style)
{
    const QStringList last = closing(outcome);
    const Retry retry = Retry::of(outcome.files);
    QList<Failure> failures = outcome.clusters.failures(outcome.counts);
    // Skipped hosts were not to be contacted: nothing to do about them.
    failures.removeIf(
        [](const Failure &failure) { return failure.cause == Cause::Excluded || failure.cause == Cause::UnsupportedConnection; });
    QStringList note;
    if (std::any_of(failures.begin(), failures.end(), [](const Failure &failure) { return namesRetry(failure.cause); }))
        note = wrapped(retryNote(retry), 0, style.width);
    qsizetype left = style.lines - 1 - rowsOf(note + last, style.width);
    QStringList lines{countsLine(outcome, elapsedMs, style)};
    quint64 unsaid = 0;
    QString said; // the last advice: two causes that share it have it once
    for (const Failure &failure : failures) {
        const QString sentence = remedy(failure.cause, retry, !outcome.journal.isEmpty());
        const QStringList advice = sentence == said ? QStringList() : wrapped(sentence, 7, style.width);
        const qsizetype rows = 1 + rowsOf(advice, style.width);
        const bool isLast = &failure == &failures.last(); // else a line is kept for the rest of them
        if (unsaid > 0 || left < rows + (isLast ? 0 : 1)) {
            unsaid += failure.hosts;
            continue;
        }
        const QString head = QStringLiteral("%1 %2").arg(failure.hosts, 6).arg(word(causeName(failure.cause)));
        const QString where = whereText(failure);
        lines.append(painted(head, "1", style) +
                     cutTo(where.isEmpty() ? QString() : QStringLiteral(": ") + where, style.width - int(head.size())));
        lines += advice;
        said = sentence;
        left -= rows;
    }
    if (unsaid > 0)
        lines.append(QStringLiteral("%1 of other causes: %2").arg(unsaid, 6).arg(whereAllStand(outcome.files)));
    return (lines + note + last).join(u'\n') + u'\n';
}

} // namespace collector
