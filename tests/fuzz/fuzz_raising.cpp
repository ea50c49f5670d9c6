// What sudo, doas and su say before the raised shell reads, in pieces as they come: our password is asked for only by the mark that we have
// named or by su's last words, and neither mark nor control characters reach a person.

#include "ssh/raisingtalk.h"

#include "require.h"

#include <algorithm>

using namespace collector;

namespace {

const QByteArray prompt = "passwordc0ffee";
const QByteArray begun = "begunc0ffee";

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    using Turn = RaisingTalk::Turn;
    Become become;
    become.isWanted = true;
    become.method = Become::Method(data[0] % 3);
    const bool isSudo = become.method == Become::Method::Sudo;
    static const auto password = std::make_shared<const Secret>(std::string_view("right one"));
    if (data[0] & 4)
        become.password = password;
    RaisingTalk talk(become, become.password ? prompt : QByteArray(), begun);

    const qsizetype piece = data[1] % 32 + 1;
    QByteArray all(reinterpret_cast<const char *>(data) + 2, qsizetype(size) - 2);
    all.replace("@", prompt).replace("^", begun); // or nothing would ever find them
    QByteArray output;
    QByteArray error;
    bool isError = false;
    int questions = 0;
    for (QByteArrayView rest = all; !rest.isEmpty(); rest = rest.sliced(std::min(piece, rest.size()))) {
        const QByteArray part = rest.first(std::min(piece, rest.size())).toByteArray();
        if (part.contains('|'))
            isError = !isError;
        (isError ? error : output) += part;
        const Turn turn = talk.next(output, error);
        // Asked of all that there is, each time: of what is long, only where it was found.
        const bool isLong = output.size() + error.size() > 16'384;
        if (!isLong || turn == Turn::Begun)
            require((turn == Turn::Begun) == output.contains(begun + '\n'));
        if (turn == Turn::Begun)
            break;
        if (isSudo && !isLong)
            require((turn == Turn::Question) == (become.password && error.contains(prompt)));
        if (turn == Turn::Question) {
            require(become.method != Become::Method::Doas);
            talk.answered(output);
            error.clear();
            if (++questions > 3)
                break;
        }
    }
    const QString refusal = talk.refusal("ops", output, error);
    require(refusal.size() < 600 && (!become.password || !refusal.contains(QString::fromLatin1(prompt))));
    return 0;
}
