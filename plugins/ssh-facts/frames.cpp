#include "frames.h"

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

QByteArrayView takeWord(QByteArrayView &line)
{
    const qsizetype space = line.indexOf(' ');
    const QByteArrayView word = space < 0 ? line : line.first(space);
    line = space < 0 ? QByteArrayView() : line.sliced(space + 1);
    return word;
}

// Reads frame after frame; what stands before the first one is a banner or an rc file's chatter.
class Reader
{
public:
    explicit Reader(QByteArrayView nonce) : m_nonce(nonce) {}

    void frame(QByteArrayView line, QByteArrayView payload)
    {
        const QByteArrayView kind = takeWord(line);
        if (kind == "B")
            begin(line);
        else if (kind == "H")
            m_frames.version = line;
        else if (kind == "Z")
            m_frames.isComplete = true;
        else if (!m_isOpen)
            return;
        else if (kind == "E" && line == m_frames.sections.constLast().name)
            end();
        else if (kind == "F")
            add({Block::Kind::File, line, payload, {}, {}});
        else if (kind == "C")
            add({Block::Kind::Output, line, payload, {}, {}});
        else if (kind == "M")
            missing(line);
        else if (kind == "X")
            status(line);
    }

    Frames take() { return std::move(m_frames); }

private:
    void begin(QByteArrayView name)
    {
        if (m_frames.sections.size() < 1000) {
            m_frames.sections.append(Section{name, {}, false});
            m_isOpen = true;
        }
    }

    void end()
    {
        m_frames.sections.last().isEnded = true;
        m_isOpen = false;
    }

    void add(const Block &block)
    {
        if (++m_blocks <= mostBlocks)
            m_frames.sections.last().blocks.append(block);
    }

    void missing(QByteArrayView line)
    {
        const QByteArrayView reason = takeWord(line);
        add({Block::Kind::Missing, line, {}, reason, {}});
    }

    void status(QByteArrayView line)
    {
        bool isNumber = false;
        const int value = takeWord(line).toByteArray().toInt(&isNumber);
        QList<Block> &blocks = m_frames.sections.last().blocks;
        // What it has printed may hold files and outputs of its own: they stand between.
        const auto block = std::find_if(blocks.rbegin(), blocks.rend(), [&](const Block &each) { return each.label == line; });
        if (isNumber && block != blocks.rend())
            block->status = value;
    }

    QByteArrayView m_nonce;
    Frames m_frames;
    qsizetype m_blocks = 0;
    bool m_isOpen = false;
};

} // namespace

bool Block::isTimedOut() const
{
    constexpr std::array timedOut{137, 265, 393, 143, 271, 399};
    return status && std::find(timedOut.begin(), timedOut.end(), *status) != timedOut.end();
}

bool Section::isTimedOut() const
{
    return std::any_of(blocks.begin(), blocks.end(), [](const Block &block) { return block.isTimedOut(); });
}

const Block *Section::find(QByteArrayView label) const
{
    const auto found = std::find_if(blocks.begin(), blocks.end(),
                                    [&](const Block &block) { return block.kind != Block::Kind::Missing && block.label == label; });
    return found == blocks.end() ? nullptr : &*found;
}

QByteArrayView Section::bytes(QByteArrayView label) const
{
    const Block *block = find(label);
    return block ? block->bytes : QByteArrayView();
}

QByteArrayView Section::firstLine(QByteArrayView label) const
{
    const QByteArrayView all = bytes(label);
    const qsizetype end = all.indexOf('\n');
    return (end < 0 ? all : all.first(end)).trimmed();
}

bool Section::exists(QByteArrayView path, QByteArrayView label) const
{
    QByteArrayView rest = bytes(label);
    while (!rest.isEmpty()) {
        const qsizetype end = rest.indexOf('\n');
        if ((end < 0 ? rest : rest.first(end)) == path)
            return true;
        rest = end < 0 ? QByteArrayView() : rest.sliced(end + 1);
    }
    return false;
}

QByteArrayView Section::missing(QByteArrayView label) const
{
    const auto found = std::find_if(blocks.begin(), blocks.end(),
                                    [&](const Block &block) { return block.kind == Block::Kind::Missing && block.label == label; });
    return found == blocks.end() ? QByteArrayView() : found->reason;
}

const Section *Frames::find(QByteArrayView name) const
{
    const auto found = std::find_if(sections.begin(), sections.end(), [&](const Section &section) { return section.name == name; });
    return found == sections.end() ? nullptr : &*found;
}

bool Frames::isRefused() const
{
    return std::any_of(sections.begin(), sections.end(), [](const Section &section) {
        return std::any_of(section.blocks.begin(), section.blocks.end(),
                           [](const Block &block) { return block.kind == Block::Kind::Missing && block.reason == "refused"; });
    });
}

Frames parseFrames(QByteArrayView output, QByteArrayView nonce)
{
    Reader reader(nonce);
    if (nonce.isEmpty())
        return reader.take();
    const QByteArray mark = nonce.toByteArray() + ' ';
    // A frame begins a line; the very first one may follow nothing.
    const auto next = [&](qsizetype from) {
        for (qsizetype at = output.indexOf(mark, from); at >= 0; at = output.indexOf(mark, at + 1)) {
            if (at == 0 || output[at - 1] == '\n')
                return at;
        }
        return qsizetype(-1);
    };
    for (qsizetype at = next(0); at >= 0;) {
        const qsizetype lineEnd = output.indexOf('\n', at);
        if (lineEnd < 0)
            break; // cut in the middle of a line of ours
        const QByteArrayView line = output.sliced(at + mark.size(), lineEnd - at - mark.size());
        const qsizetype following = next(lineEnd);
        // The newline before the next frame is the script's, not the payload's.
        const qsizetype end = following < 0 ? output.size() : std::max(lineEnd + 1, following - 1);
        reader.frame(line, output.sliced(lineEnd + 1, end - lineEnd - 1));
        at = following;
    }
    return reader.take();
}

} // namespace collector::facts
