package words

// And joins texts as a list in a sentence: "a", "a and b", "a, b and c".
func And(items ...Text) Text {
	switch n := len(items); n {
	case 0:
		return Text{}
	case 1:
		return items[0]
	case 2:
		return T("%s and %s", items[0], items[1])
	default:
		joined := items[0]
		for _, next := range items[1 : n-1] {
			joined = T("%s, %s", joined, next)
		}
		return T("%s and %s", joined, items[n-1])
	}
}
