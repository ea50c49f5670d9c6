// What a host asks in keyboard-interactive, and whatever else of its words is shown to a person.

#include "ssh/prompt.h"

#include "require.h"

#include <collector/joberror.h>

using namespace collector;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray question(reinterpret_cast<const char *>(data), qsizetype(size));
    using Kind = Prompt::Kind;
    const Kind hidden = Prompt::classify(question, false);
    const Kind shown = Prompt::classify(question, true);
    require(shown != Kind::Password && hidden != Kind::None);
    require((hidden == Kind::NewPassword) == (shown == Kind::NewPassword));
    require(Prompt::classify(question.toUpper(), false) == hidden);
    // More words never make a password's question of one for a code.
    require(hidden == Kind::Password || Prompt::classify("Password for " + question + ": ", false) != Kind::Password);

    for (const qsizetype limit : {qsizetype(8), qsizetype(200)}) {
        const QString text = printable(question, limit);
        require(text.size() <= limit + 1);
        for (const QChar c : text)
            require(c == u' ' || (c.category() != QChar::Other_Control && !c.isSpace()));
        require(!text.startsWith(u' ') && !text.contains(QStringLiteral("  ")));
    }
    return 0;
}
