// The parsers of ssh-facts. The input is an answer of the script with the nonce `00`: frames are mutated with what they hold, and the
// sections that it names are parsed; with COLLECTOR_FUZZ_SECTION, that one alone, whatever the input says. What is found goes into
// Facts, which check names and types against the manifest: a parser that lies is found too.

#include "sections.h"

#include <QFile>
#include <QJsonDocument>

#include <algorithm>
#include <cstdlib>

using namespace collector;
using namespace collector::facts;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace {

std::shared_ptr<const Manifest> readManifest()
{
    QFile file(QStringLiteral(FUZZ_MANIFEST));
    QStringList errors;
    if (!file.open(QIODevice::ReadOnly))
        std::abort();
    return Manifest::parse(QJsonDocument::fromJson(file.readAll()).object(), &errors);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const std::shared_ptr<const Manifest> manifest = readManifest();
    static const QByteArray only = qgetenv("COLLECTOR_FUZZ_SECTION");
    const QByteArray input(reinterpret_cast<const char *>(data), qsizetype(size));
    const QByteArray answer = only.isEmpty() ? input : "\n00 B " + only + "\n" + input;
    const Frames frames = parseFrames(answer, "00");
    QList<const SectionSpec *> sections;
    for (const SectionSpec &section : allSections()) {
        if (only.isEmpty() ? frames.find(section.name) != nullptr : section.name == only)
            sections.append(&section);
    }
    const Findings found = parseAnswer(answer, "00", sections, *manifest);
    Facts facts(manifest);
    const QJsonObject all = found.facts();
    for (auto fact = all.begin(); fact != all.end(); ++fact) {
        if (!fact.key().endsWith(u"_base64"))
            facts.set(fact.key().toUtf8(), fact.value());
    }
    for (const Findings::Missing &missing : found.missing()) {
        if (!found.has(missing.path))
            facts.setAbsent(missing.path.toUtf8(), missing.reason);
    }
    return 0;
}
