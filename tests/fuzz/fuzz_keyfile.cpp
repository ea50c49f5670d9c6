// Private keys, public keys beside them, and files of one secret: what whoever wrote the file has put there.

#include "ssh/keyblob.h"
#include "ssh/keyfile.h"
#include "ssh/secretsource.h"

#include "memoryfile.h"
#include "require.h"

#include <stdexcept>

using namespace collector;

namespace {

void readAsKey(const QString &path)
{
    try {
        const KeyFile file(path);
        require(file.exists() && (file.publicKey().isEmpty() || isWellFormedKey(file.publicKey())));
        require(file.hasPrivateKey() || (!file.isEncrypted() && !file.publicKey().isEmpty()));
        if (file.hasPrivateKey() && !file.isEncrypted())
            require(file.import(nullptr) != nullptr); // it was good a moment ago
    } catch (const std::runtime_error &error) {
        require(QByteArray(error.what()).startsWith(path.toUtf8()));
    }
}

void readAsSecret(const QString &path, const QByteArray &bytes)
{
    try {
        const Secret secret = readSecretFile(path);
        require(!secret.isEmpty() && bytes.startsWith(QByteArray(secret.cString())) && !QByteArray(secret.cString()).contains('\n'));
    } catch (const std::runtime_error &error) {
        require(QByteArray(error.what()).startsWith(path.toUtf8()));
    }
}

} // namespace

// libssh 0.10 loses the twelve bytes of a key type that it does not know, once a file.
extern "C" const char *__lsan_default_suppressions();
extern "C" const char *__lsan_default_suppressions()
{
    return "leak:libssh.so";
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size));
    const MemoryFile memory(bytes);
    const QString path = QString::fromLatin1(memory.path());
    const QByteArray line = readPublicLine(path);
    require(line.size() <= bytes.size());
    readAsKey(path);
    readAsSecret(path, bytes);
    return 0;
}
