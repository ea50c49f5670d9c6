// The verbs that take results, as a program of their own: for benches and checks that need nothing else of collector.
//     comparetool MANIFEST.json,… diff OLD NEW

#include "cli/diffverb.h"
#include "cli/mergeverb.h"
#include "cli/reportverb.h"
#include "cli/schemaverb.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonDocument>

#include <cstdio>

using namespace collector;

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QStringList words = QCoreApplication::arguments().mid(1);
    if (words.size() < 2)
        return 2;
    Manifests manifests;
    for (const QString &path : words.takeFirst().split(u',', Qt::SkipEmptyParts)) {
        QFile file(path);
        QStringList errors;
        if (!file.open(QIODevice::ReadOnly))
            return 2;
        const auto manifest = Manifest::parse(QJsonDocument::fromJson(file.readAll()).object(), &errors);
        if (!manifest) {
            std::fprintf(stderr, "%s: %s\n", qPrintable(path), qPrintable(errors.join(u';')));
            return 2;
        }
        manifests.append(manifest);
    }
    const QString verb = words.takeFirst();
    if (verb == u"diff")
        return runDiffVerb(words, manifests);
    if (verb == u"merge")
        return runMergeVerb(words, manifests);
    if (verb == u"report")
        return runReportVerb(words, manifests);
    return verb == u"schema" ? runSchemaVerb(words, manifests) : 2;
}
