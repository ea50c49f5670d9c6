// ChildProcess: what a program that we start finds in its environment.

#include "net/childprocess.h"

#include <QTemporaryFile>
#include <QTest>

#include <array>

using namespace collector;

namespace {

QList<QByteArray> environmentOf(ChildProcess::Environment environment)
{
    QTemporaryFile file;
    if (!file.open())
        qFatal("no file");
    const std::array streams{file.handle(), file.handle(), file.handle()};
    ChildProcess::wait(ChildProcess::start({QStringLiteral("env")}, streams, environment));
    file.seek(0);
    return file.readAll().split('\n');
}

} // namespace

class TestChildProcess : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("COLLECTOR_PASSWORD", "open sesame");
        qputenv("AWS_PROFILE", "prod");
        qputenv("SSH_AUTH_SOCK", "/run/agent");
    }

    void aProxyHasWhatSshWouldGiveIt()
    {
        const QList<QByteArray> found = environmentOf(ChildProcess::Environment::Whole);
        QVERIFY(found.contains("AWS_PROFILE=prod"));
        QVERIFY(found.contains("SSH_AUTH_SOCK=/run/agent"));
        QVERIFY(!found.contains("COLLECTOR_PASSWORD=open sesame"));
    }

    void aLocalCommandHasNothingThatMayBeSecret()
    {
        const QList<QByteArray> found = environmentOf(ChildProcess::Environment::Short);
        QVERIFY(!found.contains("AWS_PROFILE=prod"));
        QVERIFY(found.contains("SSH_AUTH_SOCK=/run/agent"));
        QVERIFY(!found.contains("COLLECTOR_PASSWORD=open sesame"));
    }
};

QTEST_GUILESS_MAIN(TestChildProcess)
#include "tst_childprocess.moc"
