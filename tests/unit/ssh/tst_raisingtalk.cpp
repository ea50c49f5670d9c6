#include "ssh/raisingtalk.h"

#include <QTest>

using namespace collector;

class RaisingTalkTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsWhatToDo_data();
    void tellsWhatToDo();
    void aPasswordThatHasToBeChangedIsNotWrong();
};

// In what language sudo speaks is the host's business, and so is whether it insults whoever mistypes.
void RaisingTalkTest::tellsWhatToDo_data()
{
    QTest::addColumn<QByteArray>("before"); // said on the error output up to the answer; empty: it asks for nothing
    QTest::addColumn<QByteArray>("error");  // and from then on; @: our prompt
    QTest::addColumn<bool>("hasPassword");
    QTest::addColumn<QString>("remedy"); // empty: none
    const auto row = [](const char *name, const char *before, const char *error, bool hasPassword, const char *remedy) {
        QTest::newRow(name) << QByteArray(before) << QByteArray(error) << hasPassword << QString::fromLatin1(remedy);
    };
    const char *const missing = "; give --ask-become-pass";
    const char *const perhaps = "; if it wants a password, give --ask-become-pass";
    const char *const wrong = "; check the password for it: sudo asks for that of ops, or of root where sudoers has targetpw or rootpw";
    row("a password is wanted", "", "sudo: a password is required\n", false, missing);
    row("sudo-rs wants one", "", "sudo: interactive authentication is required\n", false, missing);
    row("one is wanted, in German", "", "sudo: Ein Passwort ist notwendig\n", false, perhaps);
    row("one is wanted, behind the noise of a login shell", "", "hello\nsudo: vaaditaan salasana\n", false, perhaps);
    row("it says nothing", "", "", false, "its log on the host may say why");
    row("there is no sudo", "", "bash: line 1: sudo: command not found\n", false, "");
    row("it was wrong", "@", "Sorry, try again.\n@", true, wrong);
    row("it was wrong, in German", "@", "Das hat nicht funktioniert, bitte nochmal probieren.\n@", true, wrong);
    row("it was wrong, and is laughed at", "Lecture.\n@", "Wrong!  You cheating scum!\n@", true, wrong);
    row("it was wrong, and that was the only try", "@", "sudo: 1 incorrect password attempt\n", true, wrong);
    row("it was right, and of no use", "@", "ops is not in the sudoers file.\n", true, "");
}

void RaisingTalkTest::tellsWhatToDo()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, error);
    QFETCH(bool, hasPassword);
    QFETCH(QString, remedy);
    const QByteArray prompt = "passwordc0ffee";
    Become become;
    become.isWanted = true;
    if (hasPassword)
        become.password = std::make_shared<const Secret>(std::string_view("right one"));
    RaisingTalk talk(become, hasPassword ? prompt : QByteArray(), "begunc0ffee");
    before.replace("@", prompt);
    error.replace("@", prompt);
    if (!before.isEmpty()) {
        QCOMPARE(talk.next({}, before), RaisingTalk::Turn::Question);
        talk.answered({});
    }
    QCOMPARE(talk.next({}, error), error.contains(prompt) ? RaisingTalk::Turn::Question : RaisingTalk::Turn::Wait);
    const QString told = talk.refusal("ops", {}, error);
    QVERIFY2(told.startsWith(QStringLiteral("sudo does not let ops become root: ")), qPrintable(told));
    QVERIFY2(told.endsWith(remedy), qPrintable(told));
    QVERIFY2(!remedy.isEmpty() || told.endsWith(QString::fromUtf8(error.trimmed())), qPrintable(told));
    QVERIFY(!told.contains(QString::fromLatin1(prompt)));
}

void RaisingTalkTest::aPasswordThatHasToBeChangedIsNotWrong()
{
    Become become;
    become.method = Become::Method::Su;
    become.password = std::make_shared<const Secret>(std::string_view("right one"));
    RaisingTalk talk(become, {}, "begunc0ffee");
    QCOMPARE(talk.next({}, "Password: "), RaisingTalk::Turn::Question);
    talk.answered({});
    const QByteArray error = "You are required to change your password immediately (administrator enforced).\nCurrent password: ";
    QCOMPARE(talk.next({}, error), RaisingTalk::Turn::Question);
    const QString told = talk.refusal("ops", {}, error);
    QVERIFY2(told.contains(QStringLiteral("change your password")) && !told.contains(QStringLiteral("check ")), qPrintable(told));
}

QTEST_APPLESS_MAIN(RaisingTalkTest)
#include "tst_raisingtalk.moc"
