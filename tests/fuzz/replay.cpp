// In place of libFuzzer: runs a fuzzer's function over each file of the folders given, and over cuts of it.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace {

void run(const std::string &bytes)
{
    // A copy of its own, so that a sanitizer sees a byte read behind the end.
    const std::basic_string<uint8_t> copy(bytes.begin(), bytes.end());
    LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

} // namespace

int main(int argc, char **argv)
{
    int files = 0;
    for (int i = 1; i < argc; ++i) {
        for (const auto &entry : std::filesystem::recursive_directory_iterator(argv[i])) {
            if (!entry.is_regular_file())
                continue;
            std::ifstream in(entry.path(), std::ios::binary);
            const std::string bytes((std::istreambuf_iterator<char>(in)), {});
            run(bytes);
            for (size_t cut = 1; cut < 16 && cut < bytes.size(); ++cut)
                run(bytes.substr(0, bytes.size() * cut / 16));
            ++files;
        }
    }
    std::printf("%d files\n", files);
    return files > 0 ? 0 : 1; // an empty corpus tests nothing
}
