// Values: JSON, YAML and Python's literals. JSON that we wrote is read again as the same (the first writing replaces what is no UTF-8,
// which may order members anew or make two of them one).

#include "inventory/datanode.h"
#include "inventory/pythonliteral.h"

#include <cstdlib>

using namespace collector;

namespace {

QByteArray written(const DataDocument &document)
{
    qint64 budget = 100'000;
    const auto value = document.root ? document.root->toValue(budget) : std::nullopt;
    QByteArray out;
    if (value)
        appendJson(out, *value);
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray text(reinterpret_cast<const char *>(data), qsizetype(size));
    if (const QByteArray json = written(readJson(written(readJson(text)))); !json.isEmpty() && written(readJson(json)) != json)
        std::abort();
    const DataDocument yaml = readYaml(text, "f");
    (void)written(yaml);
    if (!yaml.root && (yaml.problem.isEmpty() || yaml.line < 1))
        std::abort();
    for (const QByteArray &line : text.split('\n').mid(0, 50)) {
        const PythonLiteral literal = PythonLiteral::parse(line);
        QByteArray out;
        appendJson(out, literal.value);
        if (literal.kind == PythonLiteral::Literal && !literal.problem && !readJson(out).root)
            std::abort();
    }
    return 0;
}
