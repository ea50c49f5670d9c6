#include "ssh/x25519public.h"

#include <gmp.h>
#include <sodium.h>

namespace collector {

namespace {

using Bytes = std::array<unsigned char, 32>;

class Number
{
public:
    Number() { mpz_init(m_value); }
    ~Number() { mpz_clear(m_value); }
    Number(const Number &) = delete;
    Number &operator=(const Number &) = delete;

    operator mpz_ptr() { return m_value; }
    operator mpz_srcptr() const { return m_value; }

private:
    mpz_t m_value;
};

class FieldOrder : public Number
{
public:
    FieldOrder() // 2^255 - 19
    {
        mpz_setbit(*this, 255);
        mpz_sub_ui(*this, *this, 19);
    }
};

constexpr int leastFirst = -1;
constexpr unsigned char signOfX = 0x80; // in the last byte of a point's Edwards form (RFC 8032, 5.1.2)

// The time that this takes depends on its operands. They are as public as the result, which the other side is told.
bool montgomeryForm(Bytes &point)
{
    static const FieldOrder order;
    Number y, above, below;
    point.back() &= static_cast<unsigned char>(~signOfX);
    mpz_import(y, point.size(), leastFirst, 1, 0, 0, point.data());
    mpz_add_ui(above, y, 1);
    mpz_ui_sub(below, 1, y);
    if (!mpz_invert(below, below, order))
        return false; // the neutral element
    mpz_mul(above, above, below);
    mpz_mod(above, above, order);
    point.fill(0);
    mpz_export(point.data(), nullptr, leastFirst, 1, 0, 0, above);
    return true;
}

} // namespace

Bytes x25519Public(const Bytes &scalar)
{
    Bytes point;
    if (crypto_scalarmult_ed25519_base(point.data(), scalar.data()) != 0 || !montgomeryForm(point))
        crypto_scalarmult_base(point.data(), scalar.data()); // a scalar of zeros, which there is none of but in tests
    return point;
}

} // namespace collector
