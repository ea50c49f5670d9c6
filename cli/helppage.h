// HelpPage: what --help prints, as wide as the terminal that it is for. A file or a pipe gets the widest: manual pages are made of it.

#pragma once

#include <QString>

namespace collector {

// Columns for help on stdout: its terminal's, within what can be read.
[[nodiscard]] int helpWidth();

// Text whose paragraphs are broken at `width`, wherever the source breaks its lines. Lines that begin with a space stay as they are.
[[nodiscard]] QString helpParagraphs(const QString &text, int width);

// One option: what it is called, and from `column` on what it does.
[[nodiscard]] QString helpRow(const QString &left, const QString &help, int column, int width);

} // namespace collector
