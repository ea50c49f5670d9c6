// Two records, a newline between: what diff and merge make of text that somebody else wrote.

#include "output/compare/attempts.h"
#include "output/compare/jsonjoin.h"
#include "output/compare/mergedrecord.h"
#include "output/compare/plaintext.h"
#include "output/compare/recorddiff.h"

#include "require.h"

using namespace collector;

namespace {

int changes(RecordDiff &diff, const RecordView &before, const RecordView &after)
{
    int count = 0;
    (void)diff.compare(before, after, [&](const FactChange &change) {
        ++count;
        const auto isValue = [](QByteArrayView json) { return json.isEmpty() || jsonValueEnd(json.data(), json.data() + json.size()); };
        require(isValue(change.before) && isValue(change.after));
    });
    return count;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const QByteArray text(reinterpret_cast<const char *>(data), qsizetype(size));
    const qsizetype newline = text.indexOf('\n');
    const QByteArray one = text.left(newline < 0 ? text.size() : newline), other = newline < 0 ? text : text.mid(newline + 1);
    (void)printable(text);
    const auto left = RecordView::of(one), right = RecordView::of(other);
    if (!left || !right)
        return 0;
    require(sameJson(one, one));
    require(sameJson(one, other) == sameJson(other, one));
    QByteArray compact;
    appendCompact(compact, one);
    require(!compact.contains('\n') && sameJson(compact, one));
    const FactClasses classes({});
    RecordDiff diff(classes);
    require(changes(diff, *left, *left) == 0);
    (void)changes(diff, *left, *right);
    (void)changes(diff, *right, *left);

    // Two hosts' registers, in either order, come to the same.
    RecordStore store;
    MergedRecord writer(classes, store);
    const RecordTexts texts = writer.texts();
    const RecordRef first = store.add(one), second = store.add(other);
    const auto merged = [&](bool isTurned) {
        HostRegisters registers;
        registers.take(isTurned ? *right : *left, isTurned ? second : first, classes.rootJob(), texts);
        registers.take(isTurned ? *left : *right, isTurned ? first : second, classes.rootJob(), texts);
        return registers;
    };
    const HostRegisters forth = merged(false), back = merged(true);
    require(forth.attempts().streak() == back.attempts().streak() && forth.attempts().failingSince() == back.attempts().failingSince());
    QByteArray line;
    require(writer.append(forth, line));
    line += '}';
    require(RecordView::of(line).has_value());
    return 0;
}
