// Package tenant is what the simulated tenant holds: its people, rooms, places and
// groups by number, and the types of its applications and their permissions.
package tenant

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// MinUsers is the smallest tenant: an administrator, a lesser one, an
// organizer.
const MinUsers = 3

// The users that have a part to play.
const (
	AdminUser     = 0 // Global Administrator
	LesserUser    = 1 // Application Administrator
	OrganizerUser = 2
)

// Directory is everybody and every room. Nothing of it is stored: a name, an
// address or an id is computed from the index and back, so that 200,000 people
// cost nothing until they are asked for.
type Directory struct {
	Seed          uint64
	Rooms, Users  int
	first, last   []string
	step, shift   int // the order in which names are combined
	PerBuilding   int
	Domain        string
	roomNames     []string
	buildingNames []string
	slugs         map[string]int // of all three lists of names, by their form in addresses
}

// Kind is what an id names; it is part of the id.
type Kind uint16

// The kinds of ids.
const (
	KindUser Kind = iota + 1
	KindRoom
	KindRoomList
	KindGroup
	KindPlace
	KindOther
)

// fewRooms is how many rooms a tenant has at most whose buildings are small.
const fewRooms = 50

// NewDirectory makes everybody and every room of a seed.
func NewDirectory(seed uint64, rooms, users int) Directory {
	r := rand.New(rand.NewPCG(seed, 0x526f6f6d6b6579))
	d := Directory{
		Seed: seed, Rooms: rooms, Users: users, PerBuilding: 5, Domain: "contoso.example",
		first: shuffled(r, firstNames), last: shuffled(r, lastNames),
		roomNames: shuffled(r, roomNames), buildingNames: shuffled(r, buildingNames),
	}
	if rooms > fewRooms {
		d.PerBuilding = 25
	}
	d.slugs = map[string]int{}
	for kind, list := range [][]string{d.first, d.last, d.buildingNames} {
		for i, name := range list {
			d.slugs[slugKey(kind, Slug(name))] = i
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

// Mix is splitmix64.
func Mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// ID is a GUID that carries its kind and index under a mask of the seed.
func (d Directory) ID(k Kind, i int) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], Mix(d.Seed^uint64(k)<<48^uint64(i)))
	binary.BigEndian.PutUint64(b[8:], (uint64(i)|uint64(k)<<40)^Mix(d.Seed)>>16)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return uuid.UUID(b).String()
}

// Index is the way back from an id; false for an id of another kind or tenant.
func (d Directory) Index(k Kind, id string) (int, bool) {
	raw, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(raw) != 16 || len(id) != 36 {
		return 0, false
	}
	i := int((binary.BigEndian.Uint64(raw[8:]) ^ Mix(d.Seed)>>16) & (1<<40 - 1))
	return i, strings.EqualFold(d.ID(k, i), id)
}

// TenantID is the tenant's own id.
func (d Directory) TenantID() string { return d.ID(KindOther, 1) }

// Name is what the tenant is called.
const Name = "Contoso (simulated)"

// InitialDomain is the one that every tenant is born with.
func (d Directory) InitialDomain() string { return "contoso.onmicrosoft.example" }

// IsTenant reports whether the tenant is known by this id or domain.
func (d Directory) IsTenant(name string) bool {
	return strings.EqualFold(name, d.TenantID()) || strings.EqualFold(name, d.Domain) || strings.EqualFold(name, d.InitialDomain())
}

// person is one user of the tenant.
type person struct {
	i           int
	First, Last string
	Local       string
}

// Person is a user by number.
func (d Directory) Person(i int) person {
	all := len(d.first) * len(d.last)
	j := (i%all*d.step + d.shift) % all
	p := person{i: i, First: d.first[j%len(d.first)], Last: d.last[j/len(d.first)]}
	p.Local = Slug(p.First) + "." + Slug(p.Last)
	if round := i / all; round > 0 {
		p.Local += strconv.Itoa(round + 1)
	}
	return p
}

// UPN is the user principal name of a user by number.
func (d Directory) UPN(i int) string { return d.Person(i).Local + "@" + d.Domain }

// FindPerson takes an id or a user principal name.
func (d Directory) FindPerson(key string) (int, bool) {
	if i, ok := d.Index(KindUser, key); ok {
		return i, i < d.Users
	}
	local, domain, _ := strings.Cut(strings.ToLower(key), "@")
	if domain != d.Domain {
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
	return i, i >= 0 && i < d.Users && strings.EqualFold(d.Person(i).Local, local)
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

// Slug is the form of a name that mail addresses have.
func Slug(name string) string { return foldLetters.Replace(strings.ToLower(name)) }

// Department is where a user works; every thirteenth is nowhere, as in life.
func (d Directory) Department(i int) string {
	if i%13 == 12 {
		return ""
	}
	return Departments[int(Mix(d.Seed^uint64(i)))&0xffff%len(Departments)]
}

// room is one room mailbox.
type room struct {
	i, Building, Floor, number int
	Name, Email                string
	BuildingName               string
	Capacity                   int // 0 where nobody typed one
}

// Room is a room mailbox by number.
func (d Directory) Room(i int) room {
	b, within := i/d.PerBuilding, i%d.PerBuilding
	r := room{i: i, Building: b, Floor: within/5 + 1 + b%3, number: within%5 + 1, BuildingName: d.Building(b)}
	place := fmt.Sprintf("%d.%02d", r.Floor, r.number)
	if d.Rooms > fewRooms { // the names of rooms begin anew in each building
		place = fmt.Sprintf("%d-%s", b+1, place)
	}
	r.Name = d.roomNames[i%len(d.roomNames)] + " " + place
	r.Email = fmt.Sprintf("%s-%d.%02d@%s", d.buildingSlug(b), r.Floor, r.number, d.Domain)
	if h := Mix(d.Seed ^ uint64(i)<<8); h%9 != 0 {
		r.Capacity = [...]int{4, 4, 6, 6, 8, 10, 12, 20}[h>>8%8]
	}
	return r
}

// Buildings is how many there are.
func (d Directory) Buildings() int { return (d.Rooms + d.PerBuilding - 1) / d.PerBuilding }

// Building is the name of a building.
func (d Directory) Building(b int) string {
	name := d.buildingNames[b%len(d.buildingNames)]
	if round := b / len(d.buildingNames); round > 0 {
		name += " " + strconv.Itoa(round+1)
	}
	return name
}

func (d Directory) buildingSlug(b int) string { return Slug(d.Building(b)) }

// ListEmail is the address of a building's room list.
func (d Directory) ListEmail(b int) string { return "rooms-" + d.buildingSlug(b) + "@" + d.Domain }

// FindRoom takes an id, a place id or an address.
func (d Directory) FindRoom(key string) (int, bool) {
	for _, k := range []Kind{KindRoom, KindPlace} {
		if i, ok := d.Index(k, key); ok {
			return i, i < d.Rooms
		}
	}
	local, domain, _ := strings.Cut(strings.ToLower(key), "@")
	cut := strings.LastIndexByte(local, '-')
	if domain != d.Domain || cut < 0 {
		return 0, false
	}
	b, ok := d.buildingOf(local[:cut])
	if !ok {
		return 0, false
	}
	for i := b * d.PerBuilding; i < min((b+1)*d.PerBuilding, d.Rooms); i++ {
		if d.Room(i).Email == strings.ToLower(key) {
			return i, true
		}
	}
	return 0, false
}

// FindList takes a room list's address or id.
func (d Directory) FindList(key string) (int, bool) {
	if b, ok := d.Index(KindRoomList, key); ok {
		return b, b < d.Buildings()
	}
	local, domain, _ := strings.Cut(strings.ToLower(key), "@")
	name, ok := strings.CutPrefix(local, "rooms-")
	if domain != d.Domain || !ok {
		return 0, false
	}
	return d.buildingOf(name)
}

func (d Directory) buildingOf(slugged string) (int, bool) {
	base := strings.TrimRight(slugged, "0123456789")
	n, round := strings.TrimSuffix(base, "-"), 0
	if base != slugged {
		if v, err := strconv.Atoi(slugged[len(base):]); err == nil {
			round = v - 1
		}
	}
	at, known := d.slugs[slugKey(2, n)]
	b := at + round*len(d.buildingNames)
	return b, known && b >= 0 && b < d.Buildings() && d.buildingSlug(b) == slugged
}
