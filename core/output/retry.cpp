#include "output/retry.h"

#include "output/outputspec.h"
#include "output/shellword.h"

#include <algorithm>
#include <utility>

namespace collector {

namespace {

bool isCsv(const QString &file)
{
    return endingOf(wholeName(file).toUtf8()).format == OutputSpec::Format::Csv;
}

bool isFolder(const QString &file)
{
    return file.endsWith(u'/');
}

} // namespace

Retry Retry::of(const QStringList &files)
{
    QStringList results = files;
    results.removeIf(isFolder); // Ansible's cache: no result
    if (results.isEmpty())
        return {};
    const auto typed = std::find_if_not(results.begin(), results.end(), isCsv);
    const bool canJoin = typed != results.end();
    const QString result = canJoin ? *typed : results.first();

    QStringList outputs;
    for (const QString &file : results)
        outputs.append(wholeName(file));
    Retry retry;
    for (int number = 1; retry.output.isEmpty() || outputs.contains(retry.output); ++number)
        retry.output = QStringLiteral("retried%1.%2").arg(number == 1 ? QString() : QString::number(-number), canJoin ? u"json" : u"csv");
    retry.options = QStringLiteral("--rerun %1 -o %2").arg(shellWord(result), retry.output);
    if (canJoin) {
        retry.joining = QStringLiteral("collector merge %1 %2").arg(shellWord(result), retry.output);
        for (const QString &output : std::as_const(outputs))
            retry.joining += QStringLiteral(" -o ") + shellWord(output);
    }
    return retry;
}

} // namespace collector
