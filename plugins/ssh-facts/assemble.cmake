# Puts the script's pieces into a C++ table and the manifest's fragments into one file, when CMake configures.
# A new section is a piece in script/, a fragment in manifest/ and a parser: nothing here has to know it.

file(GLOB pieces CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/script/*.sh)
file(GLOB fragments CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/manifest/[0-9]*.json)
list(SORT pieces)
list(SORT fragments)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    ${pieces} ${fragments} ${CMAKE_CURRENT_SOURCE_DIR}/manifest/head.json)

set(table "")
foreach(piece ${pieces})
    file(READ ${piece} text)
    cmake_path(GET piece STEM name)
    # What is sent has neither comments nor indentation: a shell that reads byte by byte reads half as many.
    string(REGEX REPLACE "\n[ \t]+" "\n" text "\n${text}")
    string(REGEX REPLACE "\n#[^\n]*" "" text "${text}")
    string(REGEX REPLACE "\n\n+" "\n" text "${text}")
    string(REGEX REPLACE "^\n" "" text "${text}")
    string(APPEND table "    Piece{\"${name}\", R\"sh(${text})sh\"},\n")
endforeach()
# Written aside and copied: what has not changed is not built again.
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/pieces.new
"// Made from script/*.sh by assemble.cmake.
#include \"pieces.h\"

#include <array>

namespace collector::facts {

namespace {

constexpr std::array pieces{
${table}};

} // namespace

std::span<const Piece> scriptPieces()
{
    return pieces;
}

} // namespace collector::facts
")
configure_file(${CMAKE_CURRENT_BINARY_DIR}/pieces.new ${CMAKE_CURRENT_BINARY_DIR}/pieces.cpp COPYONLY)

file(READ ${CMAKE_CURRENT_SOURCE_DIR}/manifest/head.json manifest)
string(REGEX REPLACE "\n$" "" manifest "${manifest}")
string(APPEND manifest "\n")
set(separator "")
foreach(fragment ${fragments})
    file(READ ${fragment} text)
    string(REGEX REPLACE "^[ \t\n]*\\[\n*" "" text "${text}")
    string(REGEX REPLACE "\n*\\][ \t\n]*$" "" text "${text}")
    string(APPEND manifest "${separator}${text}")
    set(separator ",\n")
endforeach()
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/manifest.new "${manifest}\n    ]\n}\n")
configure_file(${CMAKE_CURRENT_BINARY_DIR}/manifest.new ${CMAKE_CURRENT_BINARY_DIR}/ssh-facts.json COPYONLY)
