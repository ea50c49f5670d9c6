#include "masking.h"

#include <QList>

#include <algorithm>
#include <array>

namespace collector::facts {

namespace {

// What ps prints has lost where an argument ends: words between blanks are all there is.
struct Word
{
    QByteArrayView blanks; // before it
    QByteArray text;
    QByteArray lower;
    qsizetype from = -1; // from where on it is secret

    void mask(qsizetype at) { from = from < 0 ? at : std::min(from, at); }
};

using Words = QList<Word>;

// Whose options have a letter of their own for a secret.
struct Program
{
    QByteArrayView name; // how it begins: mysqldump, ldapsearch
    QByteArrayView letters;
    bool isNext;     // the secret is the next word
    bool isAttached; // or stands behind the letter
    bool isOnce;     // what follows is a command with options of its own
};

constexpr std::array programs{
    Program{"sshpass", "p", true, true, true},      Program{"mysql", "p", false, true, false},
    Program{"mariadb", "p", false, true, false},    Program{"redis-cli", "a", true, false, false},
    Program{"valkey-cli", "a", true, false, false}, Program{"ldap", "wy", true, true, false},
};

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isOfName(char c)
{
    return isLetter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

bool isQuote(char c)
{
    return c == '"' || c == '\'' || c == '\\';
}

bool isSecretName(QByteArrayView name)
{
    static constexpr std::array<QByteArrayView, 7> names{"pass", "secret", "token", "apikey", "api_key", "api-key", "credential"};
    return std::any_of(names.begin(), names.end(), [&](QByteArrayView one) { return name.contains(one); });
}

// https://bob:secret@host, whatever the secret holds.
QByteArray withoutCredentials(QByteArrayView word)
{
    const qsizetype at = word.lastIndexOf('@');
    for (qsizetype scheme = word.indexOf("://"); scheme > 0; scheme = word.indexOf("://", scheme + 3)) {
        const auto begin = word.begin() + scheme + 3;
        const auto end = std::find_if(begin, word.end(), [](char c) { return c == ':' || c == '/' || c == '@'; });
        const qsizetype secret = end - word.begin() + 1;
        if (end != word.end() && *end == ':' && secret < at)
            return word.first(secret).toByteArray() + "***" + word.sliced(at).toByteArray();
    }
    return word.toByteArray();
}

Words wordsOfLine(QByteArrayView line)
{
    Words words;
    while (!line.isEmpty()) {
        const auto begin = std::find_if_not(line.begin(), line.end(), isBlank);
        const auto end = std::find_if(begin, line.end(), isBlank);
        const qsizetype blanks = begin - line.begin(), size = end - begin;
        const QByteArray text = withoutCredentials(line.sliced(blanks, size));
        words.append({line.first(blanks), text, text.toLower()});
        line = line.sliced(blanks + size);
    }
    return words;
}

void maskNext(Words &words, qsizetype i)
{
    if (i + 1 < words.size())
        words[i + 1].mask(0);
}

// `-xw`: short options, the last of which has its value in the next word.
bool endsInOption(QByteArrayView text, char letter)
{
    return text.size() > 1 && text[0] == '-' && text.back() == letter && std::all_of(text.begin() + 1, text.end(), isLetter);
}

// --password=x, PGPASSWORD=x, "token": "x", -Dapi_key=x; --password x, but not the name of a program such as sshpass.
void maskNamed(Words &words, qsizetype i)
{
    const QByteArray lower = words[i].lower;
    bool hasValue = false;
    for (qsizetype at = 0; at < lower.size(); ++at) {
        if (lower[at] != '=' && lower[at] != ':')
            continue;
        hasValue = true;
        qsizetype end = at;
        while (end > 0 && isQuote(lower[end - 1]))
            --end;
        qsizetype begin = end;
        while (begin > 0 && isOfName(lower[begin - 1]))
            --begin;
        if (!isSecretName(QByteArrayView(lower).sliced(begin, end - begin)))
            continue;
        while (at < lower.size() && (lower[at] == '=' || lower[at] == ':'))
            ++at;
        if (at < lower.size())
            words[i].mask(at);
        else
            maskNext(words, i);
        return;
    }
    const bool isOption = lower.startsWith('-') || (i > 0 && lower.startsWith('/') && !lower.sliced(1).contains('/'));
    if (isOption && !hasValue && isSecretName(lower))
        maskNext(words, i);
}

bool isScheme(QByteArrayView word)
{
    static constexpr std::array<QByteArrayView, 6> schemes{"basic", "bearer", "digest", "negotiate", "ntlm", "token"};
    return std::find(schemes.begin(), schemes.end(), word) != schemes.end();
}

// `Authorization: Bearer x`; without a scheme that is known, both words.
void maskAuthorization(Words &words, qsizetype i)
{
    static constexpr QByteArrayView header = "authorization:";
    const qsizetype at = words[i].lower.indexOf(header);
    if (at >= 0) {
        const qsizetype value = at + header.size();
        const bool isHere = value < words[i].lower.size();
        const qsizetype first = isHere ? i : i + 1;
        if (first >= words.size())
            return;
        const qsizetype begin = isHere ? value : 0;
        if (!isScheme(QByteArrayView(words[first].lower).sliced(begin)))
            words[first].mask(begin);
        maskNext(words, first);
    }
    for (const QByteArrayView scheme : {QByteArrayView("bearer"), QByteArrayView("basic")}) {
        const QByteArray &lower = words[i].lower;
        const qsizetype begin = lower.size() - scheme.size();
        if (lower.endsWith(scheme) && (begin == 0 || !isOfName(lower[begin - 1])))
            maskNext(words, i);
    }
}

// -u name:secret of curl, -U name%secret of Samba.
void maskUser(Words &words, qsizetype i)
{
    const QByteArray lower = words[i].lower;
    qsizetype target = i, begin = 0;
    if (lower == "--user" || lower == "--proxy-user" || endsInOption(lower, 'u'))
        target = i + 1;
    else if (lower.startsWith("--user=") || lower.startsWith("--proxy-user="))
        begin = lower.indexOf('=') + 1;
    else if (lower.startsWith("-u"))
        begin = 2;
    else
        return;
    if (target >= words.size())
        return;
    const QByteArray &text = words[target].text;
    const auto colon = std::find_if(text.begin() + begin, text.end(), [](char c) { return c == ':' || c == '%'; });
    const qsizetype secret = colon - text.begin() + 1;
    if (secret < text.size() && !text.sliced(secret).startsWith("//"))
        words[target].mask(secret);
}

void maskOption(Words &words, qsizetype i, const Program &program, bool &isRunning)
{
    const QByteArray text = words[i].text;
    for (const char letter : program.letters) {
        if (program.isNext && endsInOption(text, letter))
            maskNext(words, i);
        else if (program.isAttached && text.size() > 2 && text[0] == '-' && text[1] == letter)
            words[i].mask(2);
        else
            continue;
        isRunning = !program.isOnce;
    }
}

} // namespace

QByteArray masked(QByteArrayView commandLine)
{
    Words words = wordsOfLine(commandLine);
    std::array<bool, programs.size()> running{};
    for (qsizetype i = 0; i < words.size(); ++i) {
        maskNamed(words, i);
        maskAuthorization(words, i);
        maskUser(words, i);
        const QByteArrayView text = words[i].text;
        const QByteArrayView name = text.sliced(text.lastIndexOf('/') + 1);
        for (size_t p = 0; p < programs.size(); ++p) {
            if (running[p])
                maskOption(words, i, programs[p], running[p]);
            running[p] = running[p] || name.startsWith(programs[p].name);
        }
    }
    QByteArray line;
    for (const Word &word : std::as_const(words))
        line += word.blanks.toByteArray() + (word.from < 0 ? word.text : word.text.first(word.from) + "***");
    return line;
}

} // namespace collector::facts
