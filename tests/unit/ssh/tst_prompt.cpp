#include "ssh/prompt.h"

#include <QTest>

using namespace collector;

class PromptTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void classifies_data()
    {
        QTest::addColumn<QByteArray>("question");
        QTest::addColumn<bool>("isShown");
        QTest::addColumn<int>("kind");
        using Kind = Prompt::Kind;
        const auto row = [](const char *question, bool isShown, Kind kind) {
            QTest::newRow(question) << QByteArray(question) << isShown << int(kind);
        };
        row("Password: ", false, Kind::Password);
        row("(ops@web01) Password: ", false, Kind::Password);
        row("ops's password:", false, Kind::Password);
        row("Mot de passe : ", false, Kind::Password);
        row("Password or something: ", true, Kind::SecondFactor);
        row("Verification code: ", false, Kind::SecondFactor);
        row("One-time password (OATH) for `ops': ", false, Kind::SecondFactor);
        row("Enter PASSCODE: ", false, Kind::SecondFactor);
        row("Duo two-factor login", false, Kind::SecondFactor);
        row("New password: ", false, Kind::NewPassword);
        row("(current) UNIX password: ", false, Kind::NewPassword);
        row("Current password: ", false, Kind::NewPassword);
        row("Your password has expired. Old Password: ", false, Kind::NewPassword);
    }
    void classifies()
    {
        QFETCH(QByteArray, question);
        QFETCH(bool, isShown);
        QFETCH(int, kind);
        QCOMPARE(int(Prompt::classify(question, isShown)), kind);
    }
};

QTEST_APPLESS_MAIN(PromptTest)
#include "tst_prompt.moc"
