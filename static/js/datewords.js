// Dates said in a text, by a fixed list; never a guess beyond it. Pure: parse(text, today) → {date, sentence} or null.
const WEEK = { 一: 1, 二: 2, 三: 3, 四: 4, 五: 5, 六: 6, 日: 7, 天: 7, mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6, sun: 7 };
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const plus = (day, n) => new Date(day.getFullYear(), day.getMonth(), day.getDate() + n);
const weekday = (day) => day.getDay() || 7;
const onOrAfter = (date, today, again) => date >= today ? date : again();

const rules = [
  [/大后天/, (m, t) => plus(t, 3)],
  [/后天|day after tomorrow/i, (m, t) => plus(t, 2)],
  [/明[天早晚日]|\btomorrow\b/i, (m, t) => plus(t, 1)],
  [/今[天晚日]|\btoday\b/i, (m, t) => t],
  [/下(?:周|星期|礼拜)([一二三四五六日天])/, (m, t) => plus(t, 7 - weekday(t) + WEEK[m[1]])],
  [/(?:这|本)?(?:周|星期|礼拜)([一二三四五六日天])/, (m, t) => onOrAfter(plus(t, WEEK[m[1]] - weekday(t)), t, () => plus(t, 7 + WEEK[m[1]] - weekday(t)))],
  [/\bnext (mon|tue|wed|thu|fri|sat|sun)[a-z]*/i, (m, t) => plus(t, 7 - weekday(t) + WEEK[m[1].toLowerCase()])],
  [/(\d{1,2})月(\d{1,2})[日号]?/, (m, t) => near(t, m[1] - 1, +m[2])],
  [/\b(\d{1,2}) (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*/i, (m, t) => near(t, MONTHS.indexOf(m[2].toLowerCase()), +m[1])],
  [/\b(\d{1,2})\/(\d{1,2})\b/, (m, t) => near(t, m[1] - 1, +m[2])],
  [/(?:^|[^月\d])(\d{1,2})[号日]/, (m, t) => real(t.getFullYear(), t.getMonth(), +m[1], t) || real(t.getFullYear(), t.getMonth() + 1, +m[1], t)],
  [/月底|end of (?:the )?month/i, (m, t) => new Date(t.getFullYear(), t.getMonth() + 1, 0)],
  [/\b(mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?\b/i, (m, t) => onOrAfter(plus(t, WEEK[m[1].toLowerCase()] - weekday(t)), t, () => plus(t, 7 + WEEK[m[1].toLowerCase()] - weekday(t)))],
];
const real = (year, month, day, today) => {
  const date = new Date(year, month, day);
  return day >= 1 && date.getDate() === day && date >= today ? date : null;
};
const near = (today, month, day) => month < 0 || month > 11 ? null : real(today.getFullYear(), month, day, today) || real(today.getFullYear() + 1, month, day, today);

sf.dateIn = (text, todayText) => {
  const today = new Date(todayText + 'T00:00');
  const sentences = text.split(/[。！？!?；;\n]|\.(?:\s|$)/).map((s) => s.trim()).filter(Boolean);
  for (const sentence of sentences.reverse()) {
    for (const [pattern, make] of rules) {
      const match = pattern.exec(sentence);
      const date = match && make(match, today);
      if (date) return { date, sentence };
    }
  }
  return null;
};
const iso = (d) => `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`;
const label = (d) => document.body.dataset.lang === 'zh'
  ? `周${'日一二三四五六'[d.getDay()]} ${d.getMonth() + 1}/${d.getDate()}`
  : `${['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][d.getDay()]} ${d.getDate()} ${MONTHS[d.getMonth()].replace(/^./, (c) => c.toUpperCase())}`;

// <textarea data-datewords> beside <fieldset data-dates> of radio chips: the date found comes first and is taken,
// unless the person has chosen one; its sentence is offered to [data-date-text] until somebody types there.
sf.on('input', '[data-datewords]', (event, field) => {
  const form = field.form;
  const chips = sf.$('[data-dates] .chips', form);
  const times = sf.$('[data-times]', form);
  if (times && !times.dataset.touched) {
    const word = /昨[天晚]|\byesterday\b/i.test(field.value) ? 'yesterday' : /上午|早上|this morning/i.test(field.value) ? 'morning' : /下午|this afternoon/i.test(field.value) ? 'afternoon' : '';
    const chip = word && sf.$(`input[value="${word}"]`, times);
    if (chip) { chip.checked = true; chip.dispatchEvent(new Event('change', { bubbles: true })); delete times.dataset.touched; }
  }
  if (!chips) return;
  sf.$('[data-found]', chips)?.remove();
  const found = sf.dateIn(field.value, document.body.dataset.today);
  const text = sf.$('[data-date-text]', form);
  if (!found) return;
  const same = sf.$(`input[value="${iso(found.date)}"]`, chips);
  const touched = sf.$('[data-dates]', form).dataset.touched;
  if (same) { if (!touched) same.checked = true; } else {
    const model = sf.$('input[type=radio]', chips);
    const chip = document.createElement('label');
    chip.className = 'chip';
    chip.dataset.found = '';
    const input = Object.assign(document.createElement('input'), { type: 'radio', name: model.name, value: iso(found.date), checked: !touched });
    const words = Object.assign(document.createElement('span'), { textContent: label(found.date) + ' ' });
    words.append(Object.assign(document.createElement('small'), { textContent: sf.words('InText') }));
    chip.append(input, words);
    chips.prepend(chip);
  }
  if (text && !text.dataset.touched) text.value = found.sentence.slice(0, text.maxLength > 0 ? text.maxLength : 120);
});
sf.on('change', '[data-dates], [data-times]', (event, set) => { if (event.isTrusted) set.dataset.touched = '1'; });
sf.on('input', '[data-date-text]', (event, field) => { field.dataset.touched = '1'; });
// The summary of a folded time picker says what was chosen.
sf.on('change', 'details[data-times]', (event, times) => {
  const place = sf.$('summary [data-chosen]', times);
  if (place) place.textContent = event.target.closest('label').textContent.trim();
  if (event.target.value !== 'pick') times.open = false;
});
