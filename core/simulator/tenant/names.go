package tenant

// What the people, rooms and buildings of the simulated tenant are called.
// Names with letters outside ASCII are among them on purpose.
var (
	firstNames = []string{
		"Anna", "Ben", "Chiara", "David", "Elena", "Felix", "Grace", "Hugo", "Ines", "Jonas",
		"Katharina", "Lukas", "Mia", "Noah", "Olivia", "Paul", "Quentin", "Rosa", "Samuel", "Theresa",
		"Ulrich", "Valentina", "William", "Xenia", "Yusuf", "Zoé", "Amélie", "Björn", "Céline", "Dmitri",
		"Emre", "Fatima", "Gabriela", "Hannah", "Ivan", "Jürgen", "Karim", "Lena", "Małgorzata", "Nadia",
		"Oskar", "Priya", "Rafael", "Søren", "Tomás", "Ursula", "Viktor", "Wanda", "Yara", "Zofia",
		"Akira", "Mei", "Liam", "Aoife", "Kwame", "Ngozi", "Thandi", "Hiro", "Sunita", "Diego",
		"Claudia",
	}
	lastNames = []string{
		"Adler", "Bauer", "Castro", "Dubois", "Eriksson", "Fischer", "Garcia", "Huber", "Ivanova", "Jansen",
		"Kowalski", "Lehmann", "Martin", "Nowak", "Olsen", "Peeters", "Quinn", "Rossi", "Schneider", "Tanaka",
		"Ullmann", "Vogel", "Weber", "Xu", "Yilmaz", "Zimmermann", "Almeida", "Böhm", "Conti", "Díaz",
		"Engel", "Fernández", "Graf", "Hansen", "Ito", "Jørgensen", "Keller", "Lindqvist", "Müller", "Nakamura",
		"O'Brien", "Petrov", "Richter", "Sánchez", "Tran", "Urban", "Virtanen", "Wójcik", "Young", "Zhang",
		"Ahmed", "Berg", "Chen", "Dang", "Esposito", "Fontaine", "Groß", "Haas", "Imhof", "Kumar",
		"Larsen", "Mbeki", "Nguyen", "Okafor", "Patel", "Ricci", "Silva", "Thomas", "Visser", "Winter",
		"Schröder", "Łukasik", "Brandt",
	}
	Departments = []string{"Finance", "Human Resources", "Information Technology", "Legal", "Marketing", "Operations", "Research", "Sales"}
	JobTitles   = []string{"Analyst", "Assistant", "Consultant", "Coordinator", "Director", "Engineer", "Manager", "Specialist"}
	roomNames   = []string{
		"Amber", "Birch", "Cedar", "Danube", "Elbe", "Fjord", "Garonne", "Harbour", "Isar", "Juniper",
		"Kestrel", "Loire", "Maple", "Neckar", "Oak", "Pine", "Rhine", "Spruce", "Thames", "Vistula",
		"Willow", "Zephyr", "Größenwahn", "Café", "Łódka",
	}
	buildingNames = []string{
		"Berlin Mitte", "Boston Seaport", "Dublin Docklands", "Genève Lac", "Hamburg Hafen", "Kraków Rynek", "Lisboa Norte",
		"London Bridge", "Lyon Confluence", "Madrid Sur", "Milano Centro", "München Ost", "Oslo Havn", "Paris La Défense",
		"Porto Baixa", "Praha", "Singapore One", "Stockholm City", "Toronto West", "Warszawa", "Wien Praterstern", "Zürich Seefeld",
	}
)
