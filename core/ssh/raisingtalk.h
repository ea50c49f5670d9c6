// RaisingTalk: what sudo, doas or su say before the raised shell reads, and what is to be done about it.
//
// Foreign bytes: only what is new of them is looked at, so that a host that trickles costs nothing, and a question counts only if it is the
// one that we have named ourselves (sudo) or stands last (su). Pure but for the random marks; one thread.

#pragma once

#include "ssh/sshsettings.h"

#include <QByteArray>
#include <QString>

namespace collector {

class RaisingTalk
{
public:
    enum class Turn {
        Wait,     // nothing yet
        Question, // it wants the password
        Begun,    // the raised shell reads
    };

    explicit RaisingTalk(const Become &become);
    RaisingTalk(const Become &become, QByteArray prompt, QByteArray begun); // with these marks

    // The marks, for raisingCommand() in delivery.h.
    [[nodiscard]] const QByteArray &prompt() const { return m_prompt; }
    [[nodiscard]] const QByteArray &begun() const { return m_begun; }

    // All of both streams so far. The answer to a question is followed by answered(), and by an error output that begins anew.
    [[nodiscard]] Turn next(const QByteArray &output, const QByteArray &error);
    void answered(const QByteArray &output);

    // What it said, for a person, after it has ended or asked for what there is not.
    [[nodiscard]] QString refusal(const QByteArray &user, const QByteArray &output, const QByteArray &error) const;

    // "; no password is sent to …, …": where there is one.
    [[nodiscard]] static QString whyWithheld();

    [[nodiscard]] static const char *methodName(Become::Method method);

private:
    [[nodiscard]] bool isQuestion(const QByteArray &output, const QByteArray &error) const;
    [[nodiscard]] QString remedy(const QByteArray &user, const QByteArray &said) const;

    const Become &m_become;
    const QByteArray m_prompt; // empty: sudo is not to ask
    const QByteArray m_begun;
    qsizetype m_searched = 0;      // of the output, for the mark
    qsizetype m_errorSearched = 0; // of the error output, for the prompt
    qsizetype m_answered = 0;      // of the output, what came before the last answer
    bool m_hasAsked = false;
    bool m_isAnswered = false; // it was, once
};

} // namespace collector
