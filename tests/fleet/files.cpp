#include "files.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace collector::fleet {

std::string readFile(const std::string &name)
{
    std::ifstream file(name, std::ios::binary);
    if (!file)
        throw std::runtime_error("cannot read " + name + ": " + std::strerror(errno));
    return {std::istreambuf_iterator<char>(file), {}};
}

void writeFile(const std::string &name, const std::string &content)
{
    std::ofstream file(name, std::ios::binary | std::ios::trunc);
    file << content;
    file.close();
    if (!file)
        throw std::runtime_error("cannot write " + name + ": " + std::strerror(errno));
}

} // namespace collector::fleet
