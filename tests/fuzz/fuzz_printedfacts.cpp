// What a user's script printed, on a host that may have put anything there; the first byte says which format is expected.

#include "foreignjson.h"
#include "printedfacts.h"
#include "require.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

using namespace collector;

namespace {

bool areTexts(const QJsonObject &values)
{
    return std::all_of(values.begin(), values.end(), [](const QJsonValue &value) { return value.isString(); });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    using Format = PrintedFacts::Format;
    if (size == 0)
        return 0;
    const auto format = Format(data[0] % 4);
    const QByteArray output(reinterpret_cast<const char *>(data) + 1, qsizetype(size) - 1);
    const PrintedFacts printed = PrintedFacts::parse(output, format);
    require(printed.defect.size() < 400);
    const bool isJson = ForeignJson::parse(output).value.isObject();
    if (format == Format::Json)
        require(printed.defect.isEmpty() == isJson);
    if (format == Format::KeyValue)
        require(areTexts(printed.facts));
    if (format == Format::FactsD && !isJson)
        require(std::all_of(printed.facts.begin(), printed.facts.end(),
                            [](const QJsonValue &section) { return section.isObject() && areTexts(section.toObject()); }));
    // What is understood once is understood again: a text for a text.
    const PrintedFacts again = PrintedFacts::parse(QJsonDocument(printed.facts).toJson(), Format::Json);
    const auto names = [](const QJsonObject &facts) {
        QStringList keys = facts.keys(); // Qt itself does not always have them in the same order
        keys.sort();
        return keys;
    };
    require(again.defect.isEmpty() && names(again.facts) == names(printed.facts));
    return 0;
}
