// Whole small files, for start and end; failures are std::runtime_error with the file's name.

#pragma once

#include <string>

namespace collector::fleet {

[[nodiscard]] std::string readFile(const std::string &name);
void writeFile(const std::string &name, const std::string &content);

} // namespace collector::fleet
