package vault

import (
	"encoding/asn1"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Bounds of the work that opening a file may ask for. A password is made into a
// key by as many rounds as the file says, and whoever wrote it may say billions:
// Windows says 2,000, OpenSSL 2,048 and the most careful 600,000.
const (
	maxRounds = 10_000_000 // of all keys in the file together
	maxScrypt = 256 << 20  // bytes of memory for one key
	maxNested = 32         // values inside values
)

// affordable says whether opening the key or PFX file in der costs no more.
func affordable(der []byte) bool {
	rounds := 0
	return cheap(der, 0, &rounds) && rounds <= maxRounds
}

// cheap walks through values inside values, also those packed into octet
// strings. How a key is made stands as a salt, an octet string, and the numbers
// behind it: the rounds of PBKDF2 and PKCS #12; cost, block size and parallel
// runs of scrypt.
func cheap(der []byte, depth int, rounds *int) bool {
	if depth > maxNested {
		return false
	}
	var numbers []int
	salted := false
	for len(der) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil {
			return true // it is no list of values; the decoder says what is wrong
		}
		der = rest
		switch {
		case v.Class == asn1.ClassUniversal && v.Tag == asn1.TagOctetString && !v.IsCompound:
			salted, numbers = true, nil
			var packed asn1.RawValue
			rest, err := asn1.Unmarshal(v.Bytes, &packed)
			if err == nil && len(rest) == 0 && packed.IsCompound && !cheap(packed.Bytes, depth+1, rounds) {
				return false
			}
		case salted && v.Class == asn1.ClassUniversal && v.Tag == asn1.TagInteger:
			var n int
			if _, err := asn1.Unmarshal(v.FullBytes, &n); err != nil || n < 0 || n > 1<<40 {
				return false // no number of rounds is as long
			}
			numbers = append(numbers, n)
		case v.IsCompound:
			if !cheap(v.Bytes, depth+1, rounds) {
				return false
			}
		}
	}
	switch {
	case len(numbers) >= 3: // scrypt
		cost, size, parallel := numbers[0], numbers[1], numbers[2]
		return size <= 1<<10 && parallel <= 1<<4 && cost <= maxScrypt/128/max(size, 1)
	case len(numbers) > 0:
		*rounds += min(numbers[0], maxRounds+1)
	}
	return *rounds <= maxRounds
}

// costly is a file that asks for more work than it is worth.
func costly() *problem.Problem {
	return problem.New(codeCertificateCostly, words.T("Opening this file would take minutes or more memory than available. No program that exports certificates needs that.")).
		Run(words.T("If the file is your own, write it again with the usual protection, and choose that:"), "openssl pkcs12 -in file.pfx -out both.pem")
}
