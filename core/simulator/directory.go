package simulator

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// minUsers is the smallest tenant: an administrator, a lesser one, an
// organizer.
const minUsers = 3

// The users that have a part to play.
const (
	adminUser     = 0 // Global Administrator
	lesserUser    = 1 // Application Administrator
	organizerUser = 2
)

// directory is everybody and every room. Nothing of it is stored: a name, an
// address or an id is computed from the index and back, so that 200,000 people
// cost nothing until they are asked for.
type directory struct {
	seed          uint64
	rooms, users  int
	first, last   []string
	step, shift   int // the order in which names are combined
	perBuilding   int
	domain        string
	roomNames     []string
	buildingNames []string
	slugs         map[string]int // of all three lists of names, by their form in addresses
}

// kind is what an id names; it is part of the id.
type kind uint16

const (
	kindUser kind = iota + 1
	kindRoom
	kindRoomList
	kindGroup
	kindPlace
	kindOther
)

func newDirectory(seed uint64, rooms, users int) directory {
	r := rand.New(rand.NewPCG(seed, 0x526f6f6d6b6579))
	d := directory{
		seed: seed, rooms: rooms, users: users, perBuilding: 5, domain: "contoso.example",
		first: shuffled(r, firstNames), last: shuffled(r, lastNames),
		roomNames: shuffled(r, roomNames), buildingNames: shuffled(r, buildingNames),
	}
	if rooms > 50 {
		d.perBuilding = 25
	}
	d.slugs = map[string]int{}
	for kind, list := range [][]string{d.first, d.last, d.buildingNames} {
		for i, name := range list {
			d.slugs[slugKey(kind, slug(name))] = i
		}
	}
	all := len(d.first) * len(d.last)
	d.shift = r.IntN(all)
	// Any step that has no factor in common with the number of combinations
	// visits each of them once.
	for d.step = all/3 + r.IntN(all/3); gcd(d.step, all) != 1; d.step++ {
	}
	return d
}

func shuffled(r *rand.Rand, list []string) []string {
	list = append([]string(nil), list...)
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// mix is splitmix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// id is a GUID that carries its kind and index under a mask of the seed.
func (d directory) id(k kind, i int) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], mix(d.seed^uint64(k)<<48^uint64(i)))
	binary.BigEndian.PutUint64(b[8:], (uint64(i)|uint64(k)<<40)^mix(d.seed)>>16)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return uuid.UUID(b).String()
}

// index is the way back from an id; false for an id of another kind or tenant.
func (d directory) index(k kind, id string) (int, bool) {
	raw, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(raw) != 16 || len(id) != 36 {
		return 0, false
	}
	i := int((binary.BigEndian.Uint64(raw[8:]) ^ mix(d.seed)>>16) & (1<<40 - 1))
	return i, strings.EqualFold(d.id(k, i), id)
}

// tenantID is the tenant's own id.
func (d directory) tenantID() string { return d.id(kindOther, 1) }

const tenantName = "Contoso (simulated)"

// initialDomain is the one that every tenant is born with.
func (d directory) initialDomain() string { return "contoso.onmicrosoft.example" }

// isTenant reports whether the tenant is known by this id or domain.
func (d directory) isTenant(name string) bool {
	return strings.EqualFold(name, d.tenantID()) || strings.EqualFold(name, d.domain) || strings.EqualFold(name, d.initialDomain())
}

// person is one user of the tenant.
type person struct {
	i           int
	first, last string
	local       string
}

func (d directory) person(i int) person {
	all := len(d.first) * len(d.last)
	j := (i%all*d.step + d.shift) % all
	p := person{i: i, first: d.first[j%len(d.first)], last: d.last[j/len(d.first)]}
	p.local = slug(p.first) + "." + slug(p.last)
	if round := i / all; round > 0 {
		p.local += strconv.Itoa(round + 1)
	}
	return p
}

func (d directory) upn(i int) string { return d.person(i).local + "@" + d.domain }

// findPerson takes an id or a user principal name.
func (d directory) findPerson(key string) (int, bool) {
	if i, ok := d.index(kindUser, key); ok {
		return i, i < d.users
	}
	local, domain, _ := strings.Cut(strings.ToLower(key), "@")
	if domain != d.domain {
		return 0, false
	}
	firstName, rest, _ := strings.Cut(local, ".")
	lastName := strings.TrimRight(rest, "0123456789")
	f, known := d.slugs[slugKey(0, firstName)]
	l, also := d.slugs[slugKey(1, lastName)]
	if !known || !also {
		return 0, false
	}
	all := len(d.first) * len(d.last)
	j := f + l*len(d.first)
	i := (j - d.shift%all + all) % all * inverse(d.step, all) % all
	if n, err := strconv.Atoi(rest[len(lastName):]); err == nil {
		i += (n - 1) * all
	}
	return i, i >= 0 && i < d.users && strings.EqualFold(d.person(i).local, local)
}

// inverse is the number that undoes a multiplication by a modulo m.
func inverse(a, m int) int {
	x, y, r, s := 1, 0, a, m
	for s != 0 {
		q := r / s
		r, s, x, y = s, r-q*s, y, x-q*y
	}
	return (x%m + m) % m
}

// slugKey keeps the names of people and buildings apart.
func slugKey(kind int, slug string) string { return strconv.Itoa(kind) + slug }

var foldLetters = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ê", "e", "á", "a", "ó", "o", "ø", "o", "å", "a", "ł", "l", "ń", "n", "ś", "s", "ç", "c", "í", "i", "ñ", "n", "ú", "u", "'", "", " ", "-")

// slug is the form of a name that mail addresses have.
func slug(name string) string { return foldLetters.Replace(strings.ToLower(name)) }

// department is where a user works; every thirteenth is nowhere, as in life.
func (d directory) department(i int) string {
	if i%13 == 12 {
		return ""
	}
	return departments[int(mix(d.seed^uint64(i)))&0xffff%len(departments)]
}

// room is one room mailbox.
type room struct {
	i, building, floor, number int
	name, email                string
	buildingName               string
	capacity                   int // 0 where nobody typed one
}

func (d directory) room(i int) room {
	b, within := i/d.perBuilding, i%d.perBuilding
	r := room{i: i, building: b, floor: within/5 + 1 + b%3, number: within%5 + 1, buildingName: d.building(b)}
	r.name = fmt.Sprintf("%s %d.%02d", d.roomNames[i%len(d.roomNames)], r.floor, r.number)
	r.email = fmt.Sprintf("%s-%d.%02d@%s", d.buildingSlug(b), r.floor, r.number, d.domain)
	if h := mix(d.seed ^ uint64(i)<<8); h%9 != 0 {
		r.capacity = [...]int{4, 4, 6, 6, 8, 10, 12, 20}[h>>8%8]
	}
	return r
}

func (d directory) buildings() int { return (d.rooms + d.perBuilding - 1) / d.perBuilding }

func (d directory) building(b int) string {
	name := d.buildingNames[b%len(d.buildingNames)]
	if round := b / len(d.buildingNames); round > 0 {
		name += " " + strconv.Itoa(round+1)
	}
	return name
}

func (d directory) buildingSlug(b int) string { return slug(d.building(b)) }

func (d directory) listEmail(b int) string { return "rooms-" + d.buildingSlug(b) + "@" + d.domain }

// findRoom takes an id, a place id or an address.
func (d directory) findRoom(key string) (int, bool) {
	for _, k := range []kind{kindRoom, kindPlace} {
		if i, ok := d.index(k, key); ok {
			return i, i < d.rooms
		}
	}
	local, domain, _ := strings.Cut(strings.ToLower(key), "@")
	cut := strings.LastIndexByte(local, '-')
	if domain != d.domain || cut < 0 {
		return 0, false
	}
	b, ok := d.buildingOf(local[:cut])
	if !ok {
		return 0, false
	}
	for i := b * d.perBuilding; i < min((b+1)*d.perBuilding, d.rooms); i++ {
		if d.room(i).email == strings.ToLower(key) {
			return i, true
		}
	}
	return 0, false
}

// findList takes a room list's address or id.
func (d directory) findList(key string) (int, bool) {
	if b, ok := d.index(kindRoomList, key); ok {
		return b, b < d.buildings()
	}
	local, domain, _ := strings.Cut(strings.ToLower(key), "@")
	name, ok := strings.CutPrefix(local, "rooms-")
	if domain != d.domain || !ok {
		return 0, false
	}
	return d.buildingOf(name)
}

func (d directory) buildingOf(slugged string) (int, bool) {
	base := strings.TrimRight(slugged, "0123456789")
	n, round := strings.TrimSuffix(base, "-"), 0
	if base != slugged {
		if v, err := strconv.Atoi(slugged[len(base):]); err == nil {
			round = v - 1
		}
	}
	at, known := d.slugs[slugKey(2, n)]
	b := at + round*len(d.buildingNames)
	return b, known && b >= 0 && b < d.buildings() && d.buildingSlug(b) == slugged
}
