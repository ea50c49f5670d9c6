#include "output/compare/html.h"

#include "output/compare/plaintext.h"

#include <algorithm>

namespace collector {

namespace {

QByteArray number(double value)
{
    return QByteArray::number(value, 'f', 2);
}

QByteArray classAttribute(QByteArrayView kind)
{
    return kind.isEmpty() ? QByteArray() : " class=\"" + html(kind) + '"';
}

} // namespace

void appendHtml(QByteArray &out, QByteArrayView utf8)
{
    const QByteArray text = printable(utf8);
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    }
}

QByteArray html(QByteArrayView utf8)
{
    QByteArray out;
    appendHtml(out, utf8);
    return out;
}

QByteArray barSvg(double share, QByteArrayView kind)
{
    return "<svg viewBox=\"0 0 100 4\" height=\"12\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect width=\"" +
           number(100 * std::clamp(share, 0.002, 1.0)) + "\" height=\"4\"" + classAttribute(kind) + "/></svg>";
}

QByteArray stackedBarSvg(const QList<BarPart> &parts, QByteArrayView title)
{
    QByteArray svg =
        "<svg viewBox=\"0 0 100 4\" height=\"24\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"" + html(title) + "\">";
    double x = 0;
    for (const BarPart &part : parts) {
        if (part.share <= 0)
            continue;
        svg += "<rect x=\"" + number(x) + "\" width=\"" + number(100 * part.share) + "\" height=\"4\"" + classAttribute(part.kind) + "/>";
        x += 100 * part.share;
    }
    return svg + "</svg>";
}

QByteArray histogramSvg(const QList<HistogramColumn> &columns, QByteArrayView title)
{
    constexpr double width = 600, height = 120, foot = 32, head = 14;
    quint64 largest = 1;
    for (const HistogramColumn &column : columns)
        largest = std::max(largest, column.count);
    QByteArray svg =
        "<svg viewBox=\"0 0 600 166\" role=\"img\" aria-label=\"" + html(title) + "\"><line x1=\"0\" x2=\"600\" y1=\"134\" y2=\"134\"/>";
    const double step = width / double(std::max<qsizetype>(1, columns.size()));
    for (qsizetype i = 0; i < columns.size(); ++i) {
        const double tall = height * double(columns[i].count) / double(largest);
        const double x = step * double(i);
        const QByteArray middle = number(x + step / 2);
        svg += "<rect x=\"" + number(x + step * 0.1) + "\" y=\"" + number(head + height - tall) + "\" width=\"" + number(step * 0.8) +
               "\" height=\"" + number(tall) + "\"/>";
        if (columns[i].count > 0)
            svg += "<text x=\"" + middle + "\" y=\"" + number(head + height - tall - 3) + "\" text-anchor=\"middle\">" +
                   QByteArray::number(columns[i].count) + "</text>";
        svg += "<text x=\"" + middle + "\" y=\"" + number(head + height + foot / 2) + "\" text-anchor=\"middle\">" +
               html(columns[i].label) + "</text>";
    }
    return svg + "</svg>";
}

} // namespace collector
