#include "ssh/ssharguments.h"

namespace collector {

namespace {

// The shell's quoting, without expansions: '…', "…", \.
std::optional<QList<QByteArray>> shellWords(const QByteArray &text)
{
    QList<QByteArray> words;
    QByteArray word;
    bool isWord = false;
    char quote = '\0';
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote == '\'' || (quote == '"' && c != '\\')) {
            if (c == quote)
                quote = '\0';
            else
                word.append(c);
        } else if (c == '\\' && i + 1 < text.size()) {
            const char next = text[++i];
            if (quote == '"' && next != '"' && next != '\\')
                word.append(c);
            word.append(next);
            isWord = true;
        } else if (c == '\'' || c == '"') {
            quote = c;
            isWord = true;
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            if (isWord)
                words.append(std::exchange(word, {}));
            isWord = false;
        } else {
            word.append(c);
            isWord = true;
        }
    }
    if (isWord)
        words.append(word);
    return quote == '\0' ? std::optional(words) : std::nullopt;
}

constexpr QByteArrayView withValue = "BbcDEeFIiJLlmOopQRSWw"; // of ssh(1)
constexpr QByteArrayView flags = "46AaCfGgKkMNnqsTtVvXxYy";

} // namespace

std::optional<SshArguments> SshArguments::parse(const QByteArray &text, const QByteArray &origin, SshOverrides &overrides, QString *error)
{
    const auto words = shellWords(text);
    if (!words) {
        *error = QStringLiteral("a quote is not closed");
        return {};
    }
    SshArguments result;
    const auto refuse = [&](const QByteArray &word) {
        *error = QStringLiteral("%1 is no option of ssh").arg(QString::fromUtf8(word.left(100)));
        return std::nullopt;
    };
    for (qsizetype i = 0; i < words->size(); ++i) {
        const QByteArray &word = words->at(i);
        if (!word.startsWith('-') || word.size() < 2)
            return refuse(word);
        for (qsizetype at = 1; at < word.size(); ++at) {
            const char letter = word[at];
            const QByteArray name = QByteArray("-") + letter;
            if (!withValue.contains(letter)) {
                if (!flags.contains(letter))
                    return refuse(word);
                if (letter == '4' || letter == '6')
                    (void)overrides.add(SshWord::AddressFamily, letter == '4' ? "inet" : "inet6", origin, error);
                else if (letter != 'T' && letter != 'q' && letter != 'v' && letter != 'x' && letter != 'a') // which is how it is anyway
                    result.unsupported.append(name);
                continue;
            }
            // The rest of the word is the value, or the next word.
            QByteArray value = word.mid(at + 1);
            if (value.isEmpty()) {
                if (++i == words->size()) {
                    *error = QStringLiteral("%1 needs a value").arg(QString::fromUtf8(name));
                    return {};
                }
                value = words->at(i);
            }
            QByteArray unsupported;
            bool isGood = true;
            switch (letter) {
            case 'J':
                isGood = overrides.add(SshWord::ProxyJump, value, origin, error);
                break;
            case 'p':
                isGood = overrides.add(SshWord::Port, value, origin, error);
                break;
            case 'l':
                isGood = overrides.add(SshWord::User, value, origin, error);
                break;
            case 'i':
                isGood = overrides.add(SshWord::IdentityFile, value, origin, error);
                break;
            case 'F':
                result.configFile = QString::fromUtf8(value);
                break;
            case 'o':
                isGood = overrides.addOption(value, origin, error, &unsupported);
                break;
            default:
                unsupported = name;
            }
            if (!isGood)
                return {};
            if (!unsupported.isEmpty())
                result.unsupported.append(unsupported);
            break;
        }
    }
    return result;
}

} // namespace collector
