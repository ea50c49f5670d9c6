#include "output/progress.h"

#include "output/endtext.h"

#include "model/json.h"

#include <algorithm>
#include <climits>
#include <vector>

namespace collector {

namespace {

constexpr qint64 windowMs = 10'000;

// Causes by number of hosts, largest first.
std::vector<std::pair<Cause, quint64>> causesOf(const RunCounts &counts)
{
    std::vector<std::pair<Cause, quint64>> causes;
    for (int i = 1; i < causeCount; ++i) {
        if (counts.of(Cause(i)) > 0)
            causes.emplace_back(Cause(i), counts.of(Cause(i)));
    }
    std::stable_sort(causes.begin(), causes.end(), [](const auto &a, const auto &b) { return a.second > b.second; });
    return causes;
}

QString rateText(double rate)
{
    return QStringLiteral("%1/s").arg(rate, 0, 'f', rate < 10 ? 1 : 0);
}

} // namespace

void ProgressMeter::note(qint64 elapsedMs, quint64 done)
{
    m_notes.emplace_back(elapsedMs, done);
    while (m_notes.size() > 2 && m_notes[1].first <= elapsedMs - windowMs)
        m_notes.pop_front();
}

double ProgressMeter::rate() const
{
    if (m_notes.size() < 2 || m_notes.back().first == m_notes.front().first)
        return 0;
    return double(m_notes.back().second - m_notes.front().second) * 1000 / double(m_notes.back().first - m_notes.front().first);
}

std::optional<qint64> ProgressMeter::remainingMs(quint64 total, quint64 done) const
{
    if (rate() <= 0 || total <= done)
        return std::nullopt;
    const double ms = double(total - done) * 1000 / rate();
    return ms < 1e12 ? std::optional(qint64(ms)) : std::nullopt;
}

QString progressLine(const ProgressSample &sample, int width)
{
    const quint64 percent = sample.total > 0 ? std::min<quint64>(100, sample.done * 100 / sample.total) : 100;
    QString line = QStringLiteral("%1/%2 %3% %4").arg(sample.done).arg(sample.total).arg(percent).arg(rateText(sample.rate));
    // What is most wanted first; what has no room is left out.
    QStringList further;
    if (sample.remainingMs)
        further.append(durationText(*sample.remainingMs) + QStringLiteral(" left"));
    further.append(QStringLiteral("%1 in flight").arg(sample.inFlight));
    if (sample.isSlowed)
        further.append(QStringLiteral("slowed to %1").arg(sample.window));
    if (sample.waiting > 0)
        further.append(QStringLiteral("%1 to retry").arg(sample.waiting));
    for (const auto &[cause, hosts] : causesOf(sample.counts))
        further.append(QStringLiteral("%1 %2").arg(hosts).arg(QString::fromLatin1(causeName(cause))));
    for (const QString &part : further) {
        if (line.size() + 2 + part.size() > width)
            break;
        line += QStringLiteral(", ") + part;
    }
    return line.left(width);
}

QString progressText(const ProgressSample &sample)
{
    return QStringLiteral("%1: ").arg(durationText(sample.elapsedMs)) + progressLine(sample, INT_MAX);
}

QByteArray progressJson(const ProgressSample &sample, QByteArrayView runId)
{
    QByteArray out("{\"run\":");
    appendJsonString(out, runId);
    const auto number = [&](const char *name, quint64 value) {
        out += ",\"";
        out += name;
        out += "\":" + QByteArray::number(value);
    };
    number("total", sample.total);
    number("done", sample.done);
    number("in_flight", sample.inFlight);
    number("waiting", sample.waiting);
    number("window", sample.window);
    number("elapsed_ms", quint64(sample.elapsedMs));
    out += ",\"rate\":";
    appendJsonNumber(out, double(qRound64(sample.rate * 10)) / 10);
    out += ",\"remaining_ms\":" + (sample.remainingMs ? QByteArray::number(*sample.remainingMs) : QByteArray("null"));
    for (int i = 0; i < statusCount; ++i)
        number(statusName(Status(i)).data(), sample.counts.of(Status(i)));
    out += ",\"causes\":";
    char separator = '{';
    for (const auto &[cause, hosts] : causesOf(sample.counts)) {
        out += separator;
        separator = ',';
        appendJsonString(out, causeName(cause));
        out += ':' + QByteArray::number(hosts);
    }
    out += separator == '{' ? "{}}\n" : "}}\n";
    return out;
}

} // namespace collector
