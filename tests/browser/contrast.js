// Lets axe measure the contrast of what looks alike once: it takes axe most of its time.
// Only what axe has measured and found clear is remembered, as it looked. Gives the looks
// that are found clear from now on, and takes those that were found on earlier pages.
(clear) => {
  const rule = axe._audit.rules.find(({id}) => id === "color-contrast");
  const check = axe._audit.checks["color-contrast"];
  const {matches} = rule;
  const {evaluate} = check;
  const looks = new Map();

  const hashed = (text, start) => {
    let high = 0xdeadbeef ^ start, low = 0x41c6ce57 ^ start;
    for (let place = 0; place < text.length; place++) {
      const code = text.charCodeAt(place);
      high = Math.imul(high ^ code, 2654435761);
      low = Math.imul(low ^ code, 1597334677);
    }
    return 4294967296 * (2097151 & low) + (high >>> 0);
  };

  // A number for the styles of an element and of all that it stands in; none where one
  // of them is taken out of the flow and lets what it lies over shine through.
  const look = (element) => {
    if (element === null) return 1;
    if (!looks.has(element)) looks.set(element, ownLook(element));
    return looks.get(element);
  };
  const ownLook = (element) => {
    const around = look(element.parentElement);
    const style = getComputedStyle(element);
    const isOpaque = style.backgroundColor.startsWith("rgb(");
    const isInFlow = ["static", "relative", "sticky"].includes(style.position);
    if (!(isInFlow ? around !== null : isOpaque)) return null;
    return hashed([
      around, style.position, element.localName, element.className, element.disabled,
      style.color, style.backgroundColor, style.backgroundImage, style.backgroundClip,
      style.opacity, style.filter, style.mixBlendMode, style.transform,
      style.fontSize, style.fontWeight, style.textShadow,
      style.webkitTextStrokeWidth, style.webkitTextStrokeColor,
      style.top, style.left, style.zIndex, style.marginTop, style.marginLeft,
    ].join("|"), around % 4294967296);
  };

  // Axe does not decide on text of which a part is scrolled out of sight.
  const {Color, flattenColors, getContrast, getOwnBackgroundColor} = axe.commons.color;
  const hasContrast = (element) => {
    const behind = (one) => one === null ? new Color(255, 255, 255, 1) :
      flattenColors(getOwnBackgroundColor(getComputedStyle(one)), behind(one.parentElement));
    const style = getComputedStyle(element);
    const text = new Color();
    text.parseString(style.color);
    const back = behind(element);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 56 / 3 && style.fontWeight >= 700);
    return getContrast(back, flattenColors(text, back)) >= (isLarge ? 3 : 4.5);
  };

  const known = new Set(clear);
  const more = new Set();
  rule.matches = (element, ...rest) =>
    !known.has(look(element)) && matches(element, ...rest);
  check.evaluate = function (element, ...rest) {
    const own = look(element);
    if (known.has(own)) return true;

    let measured = null;
    const helper = Object.create(this, {
      data: {value: (data) => { measured = data; this.data(data); }},
    });
    let result = evaluate.call(helper, element, ...rest);
    const isCut = measured?.messageKey === "elmPartiallyObscured";
    if (isCut) result = hasContrast(element);
    if (result === true && own !== null && !isCut && measured?.contrastRatio) {
      known.add(own);
      more.add(own);
    }
    return result;
  };
  return more;
}
