// One section's parser under libFuzzer. The input is an answer of the script with the nonce `00`: frames are mutated with
// what they hold. Facts check names and types against the manifest, so a parser that lies is found too.

#include "sections.h"

#include <QFile>
#include <QJsonDocument>

#include <algorithm>

using namespace collector;
using namespace collector::facts;

namespace {

std::shared_ptr<const Manifest> readManifest()
{
    QFile file(QStringLiteral(FUZZ_MANIFEST));
    QStringList errors;
    return file.open(QIODevice::ReadOnly) ? Manifest::parse(QJsonDocument::fromJson(file.readAll()).object(), &errors) : nullptr;
}

QList<const SectionSpec *> fuzzed()
{
    QList<const SectionSpec *> list;
    for (const SectionSpec &section : allSections()) {
        if (QByteArrayView(section.name) == FUZZ_SECTION || QByteArrayView("frames") == FUZZ_SECTION)
            list.append(&section);
    }
    return list;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const std::shared_ptr<const Manifest> manifest = readManifest();
    static const QList<const SectionSpec *> sections = fuzzed();
    const QByteArray answer = QByteArray("\n00 B " FUZZ_SECTION "\n") + QByteArray(reinterpret_cast<const char *>(data), qsizetype(size));
    const Findings found = parseAnswer(answer, "00", sections, *manifest);
    Facts facts(manifest);
    const QJsonObject all = found.facts();
    for (auto fact = all.begin(); fact != all.end(); ++fact) {
        if (!fact.key().endsWith(u"_base64"))
            facts.set(fact.key().toUtf8(), fact.value());
    }
    return 0;
}
