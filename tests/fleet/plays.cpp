#include "plays.h"

namespace collector::fleet::plays {

namespace {

using Kind = Step::Kind;
using namespace std::chrono_literals;

Script ending(Script script, std::int64_t status = 0)
{
    for (const Step &step : {Step{Kind::ExitStatus, {}, status}, Step{Kind::Eof}, Step{Kind::CloseChannel}})
        script.push_back(step);
    return script;
}

std::string half(const std::string &text)
{
    return text.substr(0, text.size() / 2);
}

std::string block(std::size_t size)
{
    std::string text(size, '.');
    for (std::size_t i = 79; i < size; i += 80)
        text[i] = '\n';
    return text;
}

} // namespace

Script answer(const Options &options)
{
    Script script;
    if (options.delay > 0ms)
        script.push_back({Kind::Wait, {}, 0, options.delay});
    script.push_back({Kind::Send, options.output});
    return ending(std::move(script));
}

Script outputStalls(const Options &options)
{
    return {{Kind::Send, half(options.output)}};
}

Script outputTrickles(const Options &)
{
    return {{Kind::Send, "."}, {Kind::Wait, {}, 0, 200ms}, {Kind::Repeat, {}, 2}};
}

Script outputWithoutEnd(const Options &)
{
    return {{Kind::Send, block(32'000)}, {Kind::Repeat, {}, 1}};
}

Script errorsWithoutEnd(const Options &)
{
    return {{Kind::SendError, block(32'000)}, {Kind::Repeat, {}, 1}};
}

Script statusFirst(const Options &options)
{
    return {{Kind::ExitStatus, {}, 0}, {Kind::Wait, {}, 0, 200ms}, {Kind::Send, options.output}, {Kind::Eof}, {Kind::CloseChannel}};
}

Script resetsAfterStatus(const Options &options)
{
    return {{Kind::Send, options.output}, {Kind::ExitStatus, {}, 0}, {Kind::Wait, {}, 0, 50ms}, {Kind::Reset}};
}

Script silence(const Options &)
{
    return {};
}

Script eofOnly(const Options &options)
{
    return {{Kind::Send, options.output}, {Kind::Eof}};
}

Script statusWithoutClose(const Options &options)
{
    return {{Kind::Send, options.output}, {Kind::ExitStatus, {}, 0}};
}

Script closeWithoutStatus(const Options &options)
{
    return {{Kind::Send, options.output}, {Kind::Eof}, {Kind::CloseChannel}};
}

Script statusOfAllOnes(const Options &options)
{
    return ending({{Kind::Send, options.output}}, 0xffffffff);
}

Script endsBySignal(const Options &options)
{
    return {{Kind::Send, options.output}, {Kind::ExitSignal, "KILL"}, {Kind::Eof}, {Kind::CloseChannel}};
}

Script endsWithThree(const Options &options)
{
    return ending({{Kind::Send, options.output}, {Kind::SendError, "that did not work\n"}}, 3);
}

Script endsSlowly(const Options &options)
{
    return {{Kind::Send, options.output}, {Kind::Eof},         {Kind::Wait, {}, 0, 200ms}, {Kind::ExitStatus, {}, 0},
            {Kind::Wait, {}, 0, 200ms},   {Kind::CloseChannel}};
}

Script resetsMidway(const Options &options)
{
    return {{Kind::Send, half(options.output)}, {Kind::Wait, {}, 0, 50ms}, {Kind::Reset}};
}

Script closesMidway(const Options &options)
{
    return {{Kind::Send, half(options.output)}, {Kind::Wait, {}, 0, 50ms}, {Kind::Close}};
}

Script ignoreFlood(const Options &)
{
    return {{Kind::Ignore, block(8'000)}, {Kind::Repeat, {}, 1}};
}

Script noisyLogin(const Options &options)
{
    return ending({{Kind::Send, "\x1b[2J\x1b[1;31mWelcome\x1b[0m\x07 " + std::string(1'000'000, '#')}, {Kind::Send, options.output}});
}

Script noLogin(const Options &)
{
    return ending({{Kind::Send, "This account is currently not available.\n"}}, 1);
}

Script menu(const Options &)
{
    return {{Kind::Send, "\r\n  *** Main Menu ***\r\n  1) Status\r\n  2) Configure\r\n  9) Log out\r\nSelect [1-9]: "}};
}

Script notUtf8(const Options &)
{
    return ending({{Kind::Send, std::string("caf\xe9 \xff\xfe \xc3( \xed\xa0\x80 \xf8\x88\x80\x80\x80 \0end\n", 26)}});
}

Script rekeys(const Options &options)
{
    Script script{{Kind::Send, half(options.output)}, {Kind::Rekey}, {Kind::Wait, {}, 0, 50ms}};
    script.push_back({Kind::Send, options.output.substr(half(options.output).size())});
    return ending(std::move(script));
}

Script manyMegabytes(const Options &)
{
    return ending({{Kind::Send, block(64'000), 1000}});
}

Script byteByByte(const Options &)
{
    return ending({{Kind::Send, ".", 5000}});
}

} // namespace collector::fleet::plays
