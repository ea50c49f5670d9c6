// clone() as the C library has it. Qt starts programs by it with CLONE_VM | CLONE_VFORK, and the wrapper that LLVM's ThreadSanitizer has
// for it (compiler-rt, tsan_interceptors_posix.cpp) lets the child give back its locks as after a fork: in memory that is the parent's too,
// which then ends at giving them back once more. Before its exec that child runs code of Qt and of the C library, and none that is
// instrumented.

#include <sched.h>

#include <cstdarg>

extern "C" int __clone(int (*function)(void *), void *stack, int flags, void *argument, ...) noexcept; // glibc's own name for it

extern "C" int clone(int (*function)(void *), void *stack, int flags, void *argument, ...) noexcept
{
    va_list more;
    va_start(more, argument);
    auto *parent = va_arg(more, pid_t *);
    auto *storage = va_arg(more, void *);
    auto *child = va_arg(more, pid_t *);
    va_end(more);
    return __clone(function, stack, flags, argument, parent, storage, child);
}
