#include "dialogues.h"

#include <random>
#include <string_view>

namespace collector::fleet::dialogues {

namespace {

using Kind = Step::Kind;
using namespace std::chrono_literals;

constexpr auto banner = "SSH-2.0-OpenSSH_9.2p1 Fleet\r\n";
constexpr std::int64_t clientBanner = 8;    // "SSH-2.0-": less does not come
constexpr std::int64_t clientKexinit = 200; // banner and enough of the packet: every client sends more

std::string number32(std::uint32_t value)
{
    std::string bytes;
    for (const int shift : {24, 16, 8, 0})
        bytes.push_back(static_cast<char>(value >> shift & 0xff));
    return bytes;
}

std::string text(std::string_view value)
{
    return number32(static_cast<std::uint32_t>(value.size())).append(value);
}

std::string packet(const std::string &payload)
{
    constexpr std::size_t block = 8;
    std::size_t padding = block - (payload.size() + 5) % block;
    if (padding < 4)
        padding += block;
    return number32(static_cast<std::uint32_t>(payload.size() + padding + 1)) + static_cast<char>(padding) + payload +
           std::string(padding, '\0');
}

std::string kexinit(std::string_view kex)
{
    std::string payload(1, '\x14'); // SSH_MSG_KEXINIT
    payload += "a cookie of 16 b";
    payload += text(kex) + text("ssh-ed25519");
    for (const auto list : {"chacha20-poly1305@openssh.com,aes128-ctr,aes256-ctr", "hmac-sha2-256", "none", ""})
        payload += text(list) + text(list); // client to server, and back
    payload += '\0';
    return packet(payload + number32(0));
}

std::string usualKexinit()
{
    return kexinit("curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,diffie-hellman-group14-sha256");
}

std::string disconnect(std::uint32_t reason, std::string_view message)
{
    return packet(std::string(1, '\x01') + number32(reason) + text(message) + text("en"));
}

std::string noise(std::size_t size)
{
    std::mt19937 generator(4711); // the same in every run
    std::string bytes;
    while (bytes.size() < size)
        bytes.push_back(static_cast<char>(generator()));
    return bytes;
}

std::string many(std::string_view line, std::size_t times)
{
    std::string result;
    while (times-- > 0)
        result.append(line);
    return result;
}

} // namespace

Script closeAtOnce()
{
    return {{Kind::Close}};
}

Script resetAtOnce()
{
    return {{Kind::Reset}};
}

Script notAllowed()
{
    return {{Kind::Send, "Not allowed at this time\r\n"}, {Kind::Close}};
}

Script maxStartups()
{
    return {{Kind::Send, "Exceeded MaxStartups\r\n"}, {Kind::Close}};
}

Script silent()
{
    return {};
}

Script endlessBanner()
{
    return {{Kind::Send, "x5d2c8a0f3e\r\n"}, {Kind::Wait, {}, 0, 500ms}, {Kind::Repeat, {}, 2}};
}

Script bannerFlood()
{
    return {{Kind::Send, many("nothing to see here, please wait for the banner\r\n", 600)}, {Kind::Repeat, {}, 1}};
}

Script bannerTrickle()
{
    return {{Kind::Send, "S"}, {Kind::Wait, {}, 0, 500ms}, {Kind::Repeat, {}, 2}};
}

Script overlongBanner()
{
    return {{Kind::Send, "SSH-2.0-" + std::string(10'000, 'x') + "\r\n"}};
}

Script oldProtocol()
{
    return {{Kind::Send, "SSH-1.5-OpenSSH_3.0\r\n"}};
}

Script http()
{
    return {{Kind::Await, {}, clientBanner},
            {Kind::Send, "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
                         "<html><body><h1>400 Bad Request</h1></body></html>\r\n"},
            {Kind::Close}};
}

Script smtp()
{
    return {{Kind::Send, "220 mail.example.org ESMTP Postfix\r\n"},
            {Kind::Await, {}, clientBanner},
            {Kind::Send, "500 5.5.2 Error: bad syntax\r\n"}};
}

Script stallBeforeKexinit()
{
    return {{Kind::Send, banner}};
}

Script stallAfterKexinit()
{
    return {{Kind::Send, banner + usualKexinit()}};
}

Script garbageKexinit()
{
    return {{Kind::Send, banner}, {Kind::Await, {}, clientBanner}, {Kind::Send, noise(1200)}};
}

Script oversizedPacket()
{
    return {{Kind::Send, banner + number32(0x7fffff00) + noise(64)}};
}

Script packetTrickle()
{
    // An honest length of 256 KiB less a little, at two bytes a second.
    return {
        {Kind::Send, banner + number32(262'132) + '\x04' + '\x14'}, {Kind::Send, "a"}, {Kind::Wait, {}, 0, 500ms}, {Kind::Repeat, {}, 2}};
}

Script noCommonAlgorithm()
{
    return {{Kind::Send, banner + kexinit("diffie-hellman-group1-sha1,gss-gex-sha1-fleet")}};
}

Script closeInKex()
{
    return {{Kind::Send, banner + usualKexinit()}, {Kind::Await, {}, clientKexinit}, {Kind::Close}};
}

Script resetInKex()
{
    return {{Kind::Send, banner + usualKexinit()}, {Kind::Await, {}, clientKexinit}, {Kind::Reset}};
}

Script disconnectInKex()
{
    constexpr std::uint32_t byApplication = 11;
    return {{Kind::Send, banner + usualKexinit()},
            {Kind::Await, {}, clientKexinit},
            {Kind::Send, disconnect(byApplication, "this host is closed for maintenance")},
            {Kind::Close}};
}

} // namespace collector::fleet::dialogues
