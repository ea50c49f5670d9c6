// HTML, written straight into bytes. Whatever comes from a host or a file goes through appendHtml(): there is no other way for it
// into a page. Pure; any thread.

#pragma once

#include <QByteArray>
#include <QList>

namespace collector {

// Appends text, fit for an element's content and for a quoted attribute: markup escaped, control characters and marks of
// writing direction as U+FFFD.
void appendHtml(QByteArray &out, QByteArrayView utf8);
[[nodiscard]] QByteArray html(QByteArrayView utf8);

// One bar of a chart: `share` (0 to 1) of the width, as SVG; `kind`: a class of the style sheet, empty for the usual colour.
[[nodiscard]] QByteArray barSvg(double share, QByteArrayView kind = {});

// Several in one line, one behind the other.
struct BarPart
{
    double share;
    QByteArray kind;
};
[[nodiscard]] QByteArray stackedBarSvg(const QList<BarPart> &parts, QByteArrayView title);

// Columns side by side, each with a label below; `title` is for who cannot see it.
struct HistogramColumn
{
    QByteArray label;
    quint64 count;
};
[[nodiscard]] QByteArray histogramSvg(const QList<HistogramColumn> &columns, QByteArrayView title);

} // namespace collector
